/** Garbage is fetched when a node rests: the engine collects as it allocates, so whoever rests would keep what its last storm left. */
import { limits } from "../actors/limits.ts";
import type { Platform } from "../actors/runtime/platform.ts";
import { every } from "./waiting.ts";

export interface RestParts {
  platform: Platform;
  /** What the process has used of its processors so far, ms. */
  cpuMs(): number;
  /** Holds everybody up while it runs. */
  collect(): void;
}

/** Collects once the node rests after work that was worth it: twenty times what the last collection took. @returns stops */
export function watchRest({ platform, cpuMs, collect }: RestParts): () => void {
  let worthMs: number = limits.restWorkMs;
  let collected = cpuMs();
  let looked = collected;
  return every(platform, limits.restLookMs, () => {
    const now = cpuMs();
    const rests = now - looked <= limits.restCpuMs;
    looked = now;
    if (!rests || now - collected < worthMs) return;
    const began = platform.monotonic();
    collect();
    worthMs = Math.max(limits.restWorkMs, 20 * (platform.monotonic() - began));
    looked = collected = cpuMs();
  });
}
