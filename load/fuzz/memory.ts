/** Whether a process's memory is flat: its second half against its warmed-up first. Pure, and a sampler. */
import { median } from "../kit/stats.ts";

/** The beginning fills caches, pools and the JIT; it doesn't count. */
const warmUp = 0.4;
/** What a garbage collector may hold at one moment and not at another. */
const growthMax = 0.1;
const growthBytes = 24 * 1024 * 1024;

export interface Growth {
  fromBytes: number;
  toBytes: number;
  flat: boolean;
}

/** Samples are taken at even progress. Medians of the first and last third after the warm-up are compared. */
export function growthOf(samples: readonly number[]): Growth {
  const warm = samples.slice(Math.floor(samples.length * warmUp));
  const third = Math.max(1, Math.floor(warm.length / 3));
  const fromBytes = median(warm.slice(0, third));
  const toBytes = median(warm.slice(-third));
  return { fromBytes, toBytes, flat: toBytes - fromBytes <= Math.max(growthBytes, fromBytes * growthMax) };
}
