import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Leash } from "../../load/replay/leash.ts";

/** Plays all lines one by one in `chains` at once, and all trouble in `loops` at once; resolves to what happened in order. */
async function play(
  lines: number,
  chains: number,
  trouble: Record<string, number>,
  loops: number,
): Promise<string[]> {
  const order: string[] = [];
  const leash = new Leash(lines);
  for (const [kind, of] of Object.entries(trouble)) leash.add(kind, of);
  let left = lines;
  const chain = async () => {
    while (left-- > 0) await leash.line(async () => void order.push("line"));
  };
  const loop = async (kind: string) => {
    while (await leash.due(kind)) {
      await Promise.resolve();
      order.push(kind);
      leash.done(kind);
    }
  };
  await Promise.all([
    ...Array.from({ length: chains }, chain),
    ...Object.keys(trouble).flatMap((kind) => Array.from({ length: loops }, () => loop(kind))),
  ]);
  return order;
}

describe("lines and trouble on one leash", () => {
  test("all of both happen, whatever their numbers", async () => {
    const size = fc.integer({ min: 0, max: 60 });
    await fc.assert(
      fc.asyncProperty(
        size,
        fc.integer({ min: 1, max: 8 }),
        size,
        size,
        fc.integer({ min: 1, max: 6 }),
        async (lines, chains, drops, kills, loops) => {
          const order = await play(lines, chains, { drop: drops, kill: kills }, loops);
          const count = (what: string) => order.filter((each) => each === what).length;
          expect(count("line")).toBe(lines);
          expect(count("drop")).toBeGreaterThanOrEqual(drops);
          expect(count("kill")).toBeGreaterThanOrEqual(kills);
        },
      ),
    );
  });

  test("neither runs far ahead of the other", async () => {
    const order = await play(1_000, 4, { drop: 100 }, 1);
    let [lines, drops] = [0, 0];
    for (const what of order) {
      if (what === "line") lines++;
      else drops++;
      expect(Math.abs(lines / 1_000 - drops / 100)).toBeLessThan(0.13);
    }
  });
});
