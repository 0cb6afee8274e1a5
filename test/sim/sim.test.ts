import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runSeed } from "./seed.ts";
import { addWitnesses, noWitness } from "./witness.ts";

/** Enough to find most planted bugs; `npm run sim` takes ten times as many. */
const seeds = 100;

/** What broke, as the command that replays it. */
async function broken(seed: number): Promise<string[]> {
  const { violations } = await runSeed(seed);
  return violations.map(({ rule, what }) => `npm run sim -- --from ${seed} --seeds 1: ${rule} ${what}`);
}

test("a seed replays byte for byte", async () => {
  const { trace } = await runSeed(11);
  expect((await runSeed(11, true)).trace).toBe(trace);
  expect((await runSeed(12)).trace).not.toBe(trace);
});

test(`seeds 1 to ${seeds} keep every promise, in weather that is bad enough`, async () => {
  const seen = noWitness();
  const found: string[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const { violations, witnessed } = await runSeed(seed);
    addWitnesses(seen, witnessed);
    if (violations.length > 0) found.push(...(await broken(seed)));
  }
  expect(found).toEqual([]);
  expect(seen.fenced).toBeGreaterThan(seeds);
  expect(seen.unknown).toBeGreaterThan(seeds);
  expect(seen.crashes).toBeGreaterThan(seeds / 2);
  expect(seen.closedFound).toBeGreaterThan(seeds / 10);
  expect(seen.looks).toBeGreaterThan(seeds);
  expect(seen.replays).toBeGreaterThan(seeds);
}, 300_000);

describe("seeds that once broke a promise", () => {
  const lines = readFileSync(join(import.meta.dir, "seeds.txt"), "utf8").split("\n");
  for (const line of lines.filter((each) => /^\d/.test(each))) {
    const seed = Number.parseInt(line, 10);
    test(line, async () => expect(await broken(seed)).toEqual([]), 60_000);
  }
});
