import { describe, expect, test } from "bun:test";
import { limits } from "../../actors/limits.ts";
import { watchRest } from "../../src/rest.ts";
import { ManualPlatform } from "../contract/manual-platform.ts";

const { restCpuMs, restLookMs, restWorkMs } = limits;

/** A node whose work the test does. */
function node({ collectionMs = 0 } = {}) {
  const platform = new ManualPlatform();
  let cpuMs = 0;
  let collections = 0;
  const stop = watchRest({
    platform,
    cpuMs: () => cpuMs,
    collect() {
      collections++;
      cpuMs += collectionMs;
      platform.advance(collectionMs);
    },
  });
  return {
    stop,
    /** The time between two looks, with so much work in it. @returns collections so far */
    work(ms: number): number {
      cpuMs += ms;
      platform.advance(restLookMs);
      return collections;
    },
  };
}

describe("garbage is fetched at rest", () => {
  test("once after work, when the work is over", () => {
    const { work } = node();
    expect(work(restWorkMs)).toBe(0);
    expect(work(restCpuMs + 1)).toBe(0);
    expect(work(restCpuMs)).toBe(1);
    expect(work(0)).toBe(1);
  });

  test("not for little work, but little by little it adds up", () => {
    const { work } = node();
    const little = restCpuMs;
    for (let done = little; done < restWorkMs; done += little) expect(work(little)).toBe(0);
    expect(work(little)).toBe(1);
  });

  test("the longer it takes, the more work must lie between", () => {
    const { work } = node({ collectionMs: restWorkMs / 10 });
    work(restWorkMs);
    expect(work(0)).toBe(1);
    work(restWorkMs);
    expect(work(0)).toBe(1);
    work(restWorkMs);
    expect(work(0)).toBe(2);
  });

  test("once more when the actors that the work woke have gone", () => {
    const { work } = node();
    work(restWorkMs);
    expect(work(0)).toBe(1);
    let looks = 0;
    while (work(0) === 1) looks++;
    expect(looks * restLookMs).toBeGreaterThan(limits.idleMs);
    expect(looks * restLookMs).toBeLessThan(2 * limits.idleMs);
    for (let more = 0; more < 2 * looks; more++) expect(work(0)).toBe(2);
  });

  test("no more once it is stopped", () => {
    const { work, stop } = node();
    work(restWorkMs);
    stop();
    expect(work(0)).toBe(0);
  });
});
