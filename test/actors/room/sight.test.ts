import { expect, test } from "bun:test";
import type { KnownLine } from "../../../actors/room/catch-up.ts";
import type { RoomEvent } from "../../../actors/room/events.ts";
import { lineOf } from "../../../actors/room/frame.ts";
import { advance, closedAt, entriesFor, lastSeen, type Sight, sees } from "../../../actors/room/sight.ts";

const settings = { name: "", about: "", join: "open", kind: "group" } as const;

/** The sight of bob after these events (by ana) of a room with this history rule. */
function sightAfter(history: "everyone" | "joined", ...events: RoomEvent[]): Sight {
  const sight: Sight = { user: "bob", role: null, intervals: [], rules: [], asOf: 0 };
  const created: RoomEvent = {
    kind: "created",
    room: { ...settings, history },
    members: [{ user: "ana", role: "owner" }],
  };
  for (const [i, event] of [created, ...events].entries()) {
    advance(sight, { seq: i + 1, at: 0, ord: 0, by: "ana", ...event });
  }
  return sight;
}

const post: RoomEvent = { kind: "posted", text: "x" };
const add: RoomEvent = { kind: "added", user: "bob", role: "member" };
const remove: RoomEvent = { kind: "removed", user: "bob" };
const seen = (sight: Sight, upTo: number) =>
  Array.from({ length: upTo }, (_, i) => i + 1).filter((seq) => sees(sight, seq));

test("with history for everyone a joiner sees all that was before", () => {
  expect(seen(sightAfter("everyone", post, post, add, post), 6)).toEqual([1, 2, 3, 4, 5, 6]);
});

test("with history from joining, only from there on", () => {
  expect(seen(sightAfter("joined", post, post, add, post), 6)).toEqual([4, 5, 6]);
});

test("a removed member keeps what they saw, the removal included, and nothing after it", () => {
  const sight = sightAfter("joined", add, post, remove, post, post);
  expect(seen(sight, 6)).toEqual([2, 3, 4]);
  expect(closedAt(sight)).toBe(5);
});

test("a former member doesn't see what is for everyone", () => {
  expect(seen(sightAfter("everyone", post, add, post, remove, post), 7)).toEqual([3, 4, 5]);
});

test("who comes back sees both intervals, not what was between", () => {
  expect(seen(sightAfter("joined", add, post, remove, post, post, add, post), 8)).toEqual([2, 3, 4, 7, 8]);
});

test("a change of the rule applies to later events only", () => {
  const toJoined = sightAfter("everyone", post, { kind: "history", history: "joined" }, post, add);
  expect(seen(toJoined, 5)).toEqual([1, 2, 3, 5]);
  const toEveryone = sightAfter("joined", post, { kind: "history", history: "everyone" }, post, add);
  expect(seen(toEveryone, 5)).toEqual([4, 5]);
});

test("two changes in a row hold from the seqs after each, however much of them the documents had", () => {
  const changes: RoomEvent[] = [
    { kind: "history", history: "joined" },
    { kind: "history", history: "everyone" },
  ];
  const whole = sightAfter("everyone", ...changes, add);
  const projected = sightAfter("everyone", ...changes.slice(0, 1));
  for (const [i, event] of [...changes, add].entries()) {
    advance(projected, { seq: 2 + i, at: 0, ord: 0, by: "ana", ...event });
  }
  expect(projected.rules).toEqual(whole.rules);
  expect(seen(whole, 4)).toEqual([1, 2, 4]);
});

test("two changes in a row hold, though the documents had the first of them", () => {
  const sight = sightAfter("everyone", { kind: "history", history: "joined" });
  advance(sight, { seq: 3, at: 0, ord: 0, by: "ana", kind: "history", history: "everyone" });
  advance(sight, { seq: 4, at: 0, ord: 1, by: "ana", ...post });
  advance(sight, { seq: 5, at: 0, ord: 1, by: "ana", ...add });
  expect(seen(sight, 5)).toEqual([1, 2, 4, 5]);
});

test("an event that is already in isn't applied twice", () => {
  const sight = sightAfter("joined", add, remove, add);
  const before = structuredClone(sight);
  advance(sight, { seq: 3, at: 0, ord: 0, by: "ana", ...remove });
  expect(sight).toEqual(before);
});

test("runs of unseen seqs become one void each", () => {
  const sight = sightAfter("joined", add, post, remove, post, post, add);
  const lines = Array.from({ length: 9 }, (_, i): KnownLine => {
    const line = lineOf({ seq: i + 1, at: 0, ord: 0, by: "ana", ...post });
    return { seq: i + 1, line, part: { by: "ana" } };
  });
  const entries = entriesFor(lines, { user: "bob", connection: null }, sight).map((entry) =>
    JSON.parse(entry),
  );
  expect(entries.map((entry) => entry.void ?? entry.seq)).toEqual([[1, 1], 2, 3, 4, [5, 6], 7, 8, 9]);
});

test("a deletion is shown to whoever was there between the message and it, and to nobody else", () => {
  const deletion = (target: number): RoomEvent => ({ kind: "deleted", target, author: "ana" });
  // bob: in at 2, out at 4, back at 9. 3 was said before his eyes, 5 and 6 weren't.
  const events = [add, post, remove, post, post, deletion(3), deletion(5), add];
  const sight = sightAfter("joined", ...events);
  const lines = events.map((event, i): KnownLine => {
    const seq = i + 2;
    return { seq, line: lineOf({ seq, at: 0, ord: 0, by: "ana", ...event }), part: { by: "ana" } };
  });
  const entries = entriesFor(lines, { user: "bob", connection: null }, sight).map((entry) =>
    JSON.parse(entry),
  );
  expect(entries.map(({ seq, void: hidden }) => seq ?? hidden)).toEqual([2, 3, 4, [5, 6], 7, [8, 8], 9]);
});

test("a deletion while one was away says nothing of a message that one never might see", () => {
  // bob: in at 3, out at 4, back at 6; 2 was said before he came.
  const events = [post, add, remove, { kind: "deleted", target: 2, author: "ana" } as const, add];
  const sight = sightAfter("joined", ...events);
  const lines = events.map((event, i): KnownLine => {
    const seq = i + 2;
    return { seq, line: lineOf({ seq, at: 0, ord: 0, by: "ana", ...event }), part: { by: "ana" } };
  });
  const entries = entriesFor(lines, { user: "bob", connection: null }, sight).map((entry) =>
    JSON.parse(entry),
  );
  expect(entries.map(({ seq, void: hidden }) => seq ?? hidden)).toEqual([[2, 2], 3, 4, [5, 5], 6]);
});

test("the last seq that a sight shows is the one that a look at each of them finds", () => {
  const rule = (history: "everyone" | "joined"): RoomEvent => ({ kind: "history", history });
  const events = [post, add, post, remove, post, rule("everyone"), post, rule("joined"), post];
  for (const then of [[], [add, post], [add, post, remove, post], [rule("everyone"), post, add]]) {
    for (const history of ["everyone", "joined"] as const) {
      const sight = sightAfter(history, ...events, ...then);
      for (let upTo = 0; upTo <= 16; upTo++)
        expect(lastSeen(sight, upTo)).toBe(seen(sight, upTo).at(-1) ?? null);
    }
  }
});
