import { describe, expect, test } from "bun:test";
import { growthOf } from "../../load/fuzz/memory.ts";

const megabytes = (...values: number[]) => values.map((value) => value * 1024 * 1024);
const steps = (count: number, value: (step: number) => number) =>
  megabytes(...Array.from({ length: count }, (_, step) => value(step)));

describe("memory over a run", () => {
  test("that warms up and stays is flat", () => {
    expect(growthOf(steps(60, (step) => Math.min(200, 80 + step * 10))).flat).toBe(true);
  });

  test("that swings with the collector is flat", () => {
    expect(growthOf(steps(60, (step) => 200 + (step % 7) * 8)).flat).toBe(true);
  });

  /** As measured: a collection comes when it likes, and leaves half. */
  const swings = (step: number) => 150 + ((step * 37) % 151);

  test("that doubles between collections, which come late in the end, is flat", () => {
    expect(growthOf(steps(600, (step) => swings(step) + (step > 480 && step % 2 > 0 ? 60 : 0))).flat).toBe(
      true,
    );
  });

  test("that grows below such swings is not", () => {
    expect(growthOf(steps(600, (step) => swings(step) + step / 8)).flat).toBe(false);
  });

  test("that grows all the time is not", () => {
    expect(growthOf(steps(60, (step) => 200 + step * 3)).flat).toBe(false);
  });
});
