import { expect, test } from "bun:test";
import type { LogRecord } from "../../../actors/ports.ts";
import { frameOf } from "../../../actors/room/frame.ts";
import { committedOf, headOf } from "../../../load/chaos/check/committed.ts";
import { commandOf, given } from "../../sim/check/given.ts";
import { emptyHistory } from "../../sim/check/history.ts";

function record(from: number, count: number, at: number): LogRecord {
  const lines = Array.from({ length: count }, (_, i) => JSON.stringify({ seq: from + i }));
  const parts = lines.map(() => ({ by: "ana", origin: "o" }));
  return {
    ...{ room: "R", epoch: "E", position: from, prev: from - 1, from, count, at },
    frame: count === 0 ? "" : frameOf("R", "E", from, lines),
    server: JSON.stringify({ format: 1, parts, closed: [{ by: "ben", cid: "c" }] }),
  };
}

const clock = { now: 1_000, offset: 50_000 };

test("a record was durable when somebody first heard of it or of a later one, and not before its owner made it", () => {
  const history = emptyHistory();
  const [seen] = given().seen;
  if (seen === undefined) throw new Error("somebody sees something");
  history.commands.push({
    ...commandOf({ seq: 3, at: 0, ord: 0, by: "ana", kind: "posted" }),
    answered: 500,
  });
  history.seen.push(
    { ...seen, is: "event", seq: 2, to: 2, t: 700 },
    { ...seen, is: "void", seq: 1, to: 1, t: 10 },
  );
  const logs = new Map([["R", [record(1, 2, 50_300), record(3, 1, 50_400), record(4, 1, 50_900)]]]);
  const [log] = committedOf(logs, history, clock);
  expect(log?.records.map(({ t, notBefore }) => [t, notBefore])).toEqual([
    [500, 280],
    [500, 380],
    [1_000, 880],
  ]);
  expect(log?.records[0]?.lines).toEqual(['{"seq":1}', '{"seq":2}']);
  expect(log?.records[0]?.closed).toEqual([{ by: "ben", cid: "c" }]);
});

test("what was heard of can't have been made later", () => {
  const history = emptyHistory();
  history.commands.push({
    ...commandOf({ seq: 1, at: 0, ord: 0, by: "ana", kind: "posted" }),
    answered: 100,
  });
  const [log] = committedOf(new Map([["R", [record(1, 1, 50_300)]]]), history, clock);
  expect(log?.records.map(({ t, notBefore }) => [t, notBefore])).toEqual([[100, 100]]);
});

test("a room's head is its last seq, whatever closed cids follow", () => {
  expect(headOf([record(1, 2, 0), record(3, 0, 0)])).toBe(2);
  expect(headOf([])).toBe(0);
});
