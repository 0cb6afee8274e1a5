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

/** By then the actors that nobody writes to any more have gone (runtime/system.ts), and what they held is garbage, too. */
const goneMs = 1.125 * limits.idleMs;
/** Of the work's time a collection may take one part in so many. */
const worthTimes = 20;

/**
 * Collects once the node rests after work that was worth it, and once more when what the work left in memory has gone. @returns stops
 */
export function watchRest({ platform, cpuMs, collect }: RestParts): () => void {
  let worthMs: number = limits.restWorkMs;
  let collectedAtCpuMs = cpuMs();
  let lookedAtCpuMs = collectedAtCpuMs;
  let againAt = Number.POSITIVE_INFINITY;
  return every(platform, limits.restLookMs, () => {
    const now = cpuMs();
    const rests = now - lookedAtCpuMs <= limits.restCpuMs;
    const worked = now - collectedAtCpuMs >= worthMs;
    lookedAtCpuMs = now;
    const began = platform.monotonic();
    if (!rests || (!worked && began < againAt)) return;
    collect();
    const ended = platform.monotonic();
    againAt = worked ? ended + goneMs : Number.POSITIVE_INFINITY;
    worthMs = Math.max(limits.restWorkMs, worthTimes * (ended - began));
    lookedAtCpuMs = collectedAtCpuMs = cpuMs();
  });
}
