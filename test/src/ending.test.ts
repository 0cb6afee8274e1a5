import { expect, test } from "bun:test";
import { limits } from "../../actors/limits.ts";
import { createEnding } from "../../src/ending.ts";
import { ManualPlatform } from "../contract/manual-platform.ts";

/** A process whose stop is as given, and what it ended with. */
function endingOf(stop: () => Promise<void>) {
  const platform = new ManualPlatform();
  const codes: number[] = [];
  const failures: unknown[] = [];
  const signal = createEnding({
    platform,
    stop,
    exit: (code) => codes.push(code),
    onFailure: (error) => failures.push(error),
  });
  return { platform, codes, failures, signal };
}

const forever = () => new Promise<void>(() => {});

test("what stops in order ends with 0, what fails with 1", async () => {
  const well = endingOf(async () => {});
  well.signal();
  const badly = endingOf(() => Promise.reject(new Error("no disk")));
  badly.signal();
  await new Promise((resolve) => setImmediate(resolve));
  expect([well.codes, badly.codes]).toEqual([[0], [1]]);
  expect(badly.failures).toHaveLength(1);
});

test("what never lets go ends with 1, in time, and it is said", () => {
  const { platform, codes, failures, signal } = endingOf(forever);
  signal();
  platform.advance(limits.stopMs - 1);
  expect(codes).toEqual([]);
  platform.advance(1);
  expect(codes).toEqual([1]);
  expect(failures).toEqual([expect.objectContaining({ name: "Late" })]);
});

test("a second signal means now, but two at once are one", () => {
  let stops = 0;
  const { platform, codes, signal } = endingOf(() => {
    stops++;
    return forever();
  });
  signal();
  platform.advance(100);
  signal();
  expect(codes).toEqual([]);
  platform.advance(1_000);
  signal();
  expect(codes).toEqual([1]);
  expect(stops).toBe(1);
});
