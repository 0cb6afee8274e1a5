import { describe, expect, test } from "bun:test";
import type { Result } from "../../load/chaos/run.ts";
import type { Scenario } from "../../load/chaos/scenario.ts";
import { verdictOf } from "../../load/chaos/verdict.ts";
import { noWitness } from "../../load/chaos/witness.ts";

const scenario: Scenario = {
  ...{ id: "F2", title: "", bounds: { silenceMs: 1 }, witnesses: ["fenced"] },
  play: async () => {},
};

function result(change: Partial<Result> = {}): Result {
  return {
    ...{ scenario, violations: [], operations: 10, acked: 9, error: null, silenceMs: 5, convergedMs: 7 },
    witnessed: { ...noWitness(), fenced: 1 },
    ...change,
  };
}

describe("a run is ok", () => {
  test("when nothing was violated and everything was witnessed that had to be", () => {
    const unseen = result({ witnessed: noWitness() });
    const verdict = verdictOf(1, [result(), unseen], []);
    expect(verdict).toMatchObject({
      ok: true,
      rounds: 2,
      operations: 20,
      acked: 18,
      faults: { F2: 2 },
      missing: [],
    });
    expect(verdict.violations).toMatchObject({ C1: 0, C15: 0 });
  });

  test("not when a rule was broken", () => {
    const broken = result({ violations: [{ rule: "C2", what: "twice" }] });
    expect(verdictOf(1, [result(), broken], [])).toMatchObject({ ok: false, violations: { C1: 0, C2: 1 } });
  });

  test("not when something wasn't given back", () => {
    const level = { node: "0.1", what: "sockets", before: 0, after: 1, most: 0 };
    expect(verdictOf(1, [result()], [level])).toMatchObject({ ok: false, violations: { C15: 1 } });
  });

  test("not when a scenario never saw what it is about", () => {
    expect(verdictOf(1, [result({ witnessed: noWitness() })], [])).toMatchObject({
      ok: false,
      missing: ["F2 fenced"],
    });
  });

  test("not when a scenario couldn't be played, or none was", () => {
    expect(verdictOf(1, [result({ error: "never so" })], [])).toMatchObject({
      ok: false,
      errors: ["F2: never so"],
    });
    expect(verdictOf(1, [], [])).toMatchObject({ ok: false });
  });
});
