/** One core of load/sim.ts: runs the seeds that it is given. */
import { runSeed } from "../test/sim/seed.ts";

declare const self: Worker;

self.onmessage = async ({ data }: MessageEvent<{ seed: number; keepTrace: boolean }>) => {
  self.postMessage(await runSeed(data.seed, data.keepTrace));
};
