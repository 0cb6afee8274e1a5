/** What the chaos runs' checker asks beyond the simulator's: each rule is shown its violation. C1–C13: test/sim/check. */
import { describe, expect, test } from "bun:test";
import { check } from "../../../load/chaos/check/check.ts";
import type { Evidence } from "../../../load/chaos/check/evidence.ts";
import { longestSilence } from "../../../load/chaos/check/silence.ts";
import { given, last, truthOf } from "../../sim/check/given.ts";

function evidence(): Evidence {
  const history = given();
  const truth = truthOf(history);
  return {
    history,
    documents: truth.lines.map(({ seq, text }) => {
      const gone = truth.deletion.get(seq) ?? null;
      return { room: "R", seq, line: gone === null ? text : null, gone };
    }),
    levels: [{ node: "0.1", what: "sockets", before: 10, after: 10, most: 11 }],
    convergedMs: 20,
    late: [],
    silenceMs: 20,
    bounds: { convergedMs: 30, silenceMs: 30 },
  };
}

/** The rules that are broken once something is changed. */
function broken(change: (evidence: Evidence) => void): string[] {
  const changed = evidence();
  change(changed);
  return [...new Set(check(changed).map(({ rule }) => rule))].sort();
}

const document = ({ documents }: Evidence, seq: number) => documents[seq - 1] ?? { line: "", gone: 0 };

test("evidence in which all is well breaks no rule", () => {
  expect(check(evidence())).toEqual([]);
});

test("what the simulator's checker finds is found", () => {
  expect(broken(({ history }) => void history.commands.pop())).toEqual(["C3"]);
});

describe("C4, C5, C13: the database holds what the log says", () => {
  test("every seq", () => {
    expect(broken(({ documents }) => void documents.splice(4, 1))).toEqual(["C4"]);
  });

  test("and none more", () => {
    expect(
      broken(({ documents }) => void documents.push({ room: "R", seq: last + 1, line: "", gone: null })),
    ).toEqual(["C4"]);
  });

  test("the same event", () => {
    expect(broken((all) => Object.assign(document(all, 5), { line: "{}" }))).toEqual(["C5"]);
  });

  test("without the content of what was deleted", () => {
    expect(broken((all) => Object.assign(document(all, 2), { line: "one" }))).toEqual(["C5"]);
    expect(broken((all) => Object.assign(document(all, 2), { gone: null }))).toEqual(["C13"]);
    expect(broken((all) => Object.assign(document(all, 2), { gone: 8 }))).toEqual(["C13"]);
  });
});

describe("C14: nothing waits for ever", () => {
  test("an operation without an end", () => {
    expect(broken(({ history }) => void history.hanging.push("ana: send"))).toEqual(["C14"]);
  });

  test("people who never get everything, or get it late", () => {
    expect(broken((all) => Object.assign(all, { convergedMs: null }))).toEqual(["C14"]);
    expect(broken((all) => Object.assign(all, { convergedMs: 31 }))).toEqual(["C14"]);
  });

  test("a silence that is longer than allowed", () => {
    expect(broken((all) => Object.assign(all, { silenceMs: 31 }))).toEqual(["C14"]);
  });
});

test("C15: what was taken is given back", () => {
  expect(
    broken(({ levels }) => void levels.push({ node: "0.1", what: "files", before: 10, after: 12, most: 11 })),
  ).toEqual(["C15"]);
});

describe("silence", () => {
  const acked = (invoked: number, answered: number) => ({ invoked, answered, phase: "ok" }) as const;

  test("is the longest time that somebody waits and nobody is acked", () => {
    expect(longestSilence([acked(0, 10), acked(5, 40), acked(38, 45)])).toBe(30);
  });

  test("doesn't count while nobody waits", () => {
    expect(longestSilence([acked(0, 10), acked(100, 105)])).toBe(10);
  });

  test("goes by acks, not by refusals or by what got no answer", () => {
    const refused = { invoked: 10, answered: 20, phase: "fail" } as const;
    const lost = { invoked: 0, answered: null, phase: "info" } as const;
    expect(longestSilence([acked(0, 10), refused, lost, acked(5, 30)])).toBe(20);
    expect(longestSilence([])).toBe(0);
  });
});
