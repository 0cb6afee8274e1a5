/** Whether a process's memory is flat. Pure. */
import { quantile } from "../kit/stats.ts";

/** The beginning fills caches, pools and the JIT; it doesn't count. */
const warmUp = 0.4;
/** Between two collections a process holds up to twice as much: what it needs is what the lows say. */
const low = 0.1;
/** What is still no growth. */
const growthMax = 0.1;
const growthBytes = 24 * 1024 * 1024;

export interface Growth {
  fromBytes: number;
  toBytes: number;
  flat: boolean;
}

/** Samples are taken at even progress, many to a collection. The lows of the first and last third after the warm-up are compared. */
export function growthOf(samples: readonly number[]): Growth {
  const warm = samples.slice(Math.floor(samples.length * warmUp));
  const third = Math.max(1, Math.floor(warm.length / 3));
  const fromBytes = quantile(warm.slice(0, third), low);
  const toBytes = quantile(warm.slice(-third), low);
  return { fromBytes, toBytes, flat: toBytes - fromBytes <= Math.max(growthBytes, fromBytes * growthMax) };
}
