import { describe, expect, test } from "bun:test";
import { compare, type Everywhere, lowest } from "../../load/soak/levels.ts";
import { slopeOf } from "../../load/soak/slope.ts";

const at = (levels: Record<string, number>): Everywhere => new Map([["node 1", levels]]);
const wrong = (quiet: Record<string, number>, after: Record<string, number>) =>
  compare(at(quiet), [], at(after)).flatMap(({ what, ok }) => (ok ? [] : [what]));

describe("what was taken is given back", () => {
  test("when all is as before, or below", () => {
    expect(wrong({ feeds: 3, timers: 20 }, { feeds: 3, timers: 9 })).toEqual([]);
  });

  test("but not when one feed, subscription or actor stayed", () => {
    const quiet = { feeds: 0, "bus subscriptions": 4, "resident users": 0 };
    for (const what of Object.keys(quiet) as (keyof typeof quiet)[]) {
      expect(wrong(quiet, { ...quiet, [what]: quiet[what] + 1 })).toEqual([what]);
    }
  });

  test("and memory may lie a little above its first level", () => {
    expect(wrong({ "memory MB": 100 }, { "memory MB": 130 })).toEqual([]);
    expect(wrong({ "memory MB": 100 }, { "memory MB": 132 })).toEqual(["memory MB"]);
  });

  test("a level that is no longer known is wrong", () => {
    expect(wrong({ feeds: 0 }, {})).toEqual(["feeds"]);
  });

  test("the peak is the highest while it was busy", () => {
    const [row] = compare(at({ feeds: 0 }), [at({ feeds: 7 }), at({ feeds: 9 })], at({ feeds: 0 }));
    expect(row).toMatchObject({ quiet: 0, peak: 9, after: 0 });
  });

  test("of a quiet time the lowest of each counts", () => {
    const samples = [at({ timers: 9, feeds: 1 }), at({ timers: 7, feeds: 2 })];
    expect(lowest(samples).get("node 1")).toEqual({ timers: 7, feeds: 1 });
  });
});

describe("a slope", () => {
  const minutes = Array.from({ length: 20 }, (_, i) => i * 60_000);

  test("of a straight line is the line's, and sure", () => {
    const { perHour, error } = slopeOf(
      minutes.map((atMs) => ({ atMs, value: 50 + atMs / 360_000 })),
      60_000,
    );
    expect(perHour).toBeCloseTo(10, 6);
    expect(error).toBeCloseTo(0, 6);
  });

  test("of waves is about none, and its error says so", () => {
    const { perHour, error } = slopeOf(
      minutes.map((atMs, i) => ({ atMs, value: 100 + 5 * (i % 2) })),
      60_000,
    );
    expect(Math.abs(perHour)).toBeLessThan(2 * error);
    expect(error).toBeGreaterThan(1);
  });

  test("samples of one block count as one", () => {
    const flat = minutes.flatMap((atMs) => [0, 1, 2].map((i) => ({ atMs: atMs + i, value: i })));
    expect(slopeOf(flat, 60_000).error).toBeCloseTo(0, 6);
  });

  test("of too little has no error", () => {
    expect(slopeOf([{ atMs: 0, value: 1 }], 60_000).error).toBeNaN();
  });
});
