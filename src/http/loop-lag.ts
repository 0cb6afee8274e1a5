/** Measures how late timers fire: the one number that says whether the event loop is overfull. */
import type { Platform } from "../../actors/runtime/platform.ts";
import { every } from "../waiting.ts";

const everyMs = 500;

/** @param observe gets seconds; the returned function stops */
export function watchLoop(platform: Platform, observe: (seconds: number) => void): () => void {
  let due = platform.monotonic() + everyMs;
  return every(platform, everyMs, () => {
    observe(Math.max(0, platform.monotonic() - due) / 1000);
    due = platform.monotonic() + everyMs;
  });
}
