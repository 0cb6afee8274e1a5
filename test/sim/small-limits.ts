/** Bounds that decide only sizes, made so small that a short story meets them. */
import { limits } from "../../actors/limits.ts";

/** [least, most] */
const ranges = {
  deletionsMax: [1, 6],
  ringEventsMax: [2, 30],
  resumeEventsMax: [4, 60],
  newestPage: [2, 30],
  sliceEventsMax: [1, 10],
  heldFramesMax: [3, 50],
  turnCommandsMax: [1, 8],
  recordBytesMax: [600, 6_000],
  recoveriesMax: [1, 8],
} as const satisfies Partial<Record<keyof typeof limits, readonly [number, number]>>;

/** The limits are constants of the process: whoever shrinks them must put them back. @returns puts them back */
export function shrinkLimits(random: () => number): () => void {
  const mutable: Record<string, number> = limits;
  const before = { ...limits };
  for (const [name, [least, most]] of Object.entries(ranges)) {
    if (random() < 0.6) mutable[name] = least + Math.floor(random() * (most - least + 1));
  }
  // The newest page is what a resume that is too far behind gets.
  mutable.newestPage = Math.min(limits.newestPage, limits.resumeEventsMax);
  return () => Object.assign(mutable, before);
}
