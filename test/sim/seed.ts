/** Runs one seed and judges it. */
import { check } from "./check/check.ts";
import type { Violation } from "./check/violation.ts";
import { Performance } from "./performance.ts";
import { shrinkLimits } from "./small-limits.ts";
import type { Witnessed } from "./witness.ts";
import { World } from "./world.ts";

export interface SeedResult {
  seed: number;
  violations: Violation[];
  witnessed: Witnessed;
  /** Hash of everything that happened. */
  trace: string;
  /** Everything that happened, when asked for. */
  text: string;
}

export async function runSeed(seed: number, keepTrace = false): Promise<SeedResult> {
  const world = new World(seed, keepTrace);
  const restore = shrinkLimits(world.sim.random);
  try {
    const history = await new Performance(world).run();
    const violations = check(history);
    return {
      seed,
      violations,
      witnessed: world.witnessed,
      trace: world.trace.digest(),
      text: world.trace.text,
    };
  } finally {
    restore();
  }
}
