import { describe, expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import type { RoomCommand, RoomReply } from "../../../actors/room/commands.ts";
import { eventOf, linesOf, partsOf } from "../../../actors/room/frame.ts";
import { emptyRoom, type RoomState } from "../../../actors/room/state.ts";
import { type Decided, RoomTurn } from "../../../actors/room/turn.ts";
import { cidAt, command, group, happen, now, post } from "./given.ts";

/** Decides and commits one command at the next position. */
function commit(room: RoomState, one: RoomCommand): RoomReply {
  const turn = new RoomTurn(room, now);
  const decided = turn.decide(one);
  if (decided === "full") throw new Error("full");
  if (turn.draft() !== null) room.cids.commit(++room.position);
  return decided.reply;
}

function one(room: RoomState, command: RoomCommand): Exclude<Decided, "full"> {
  const decided = new RoomTurn(room, now).decide(command);
  if (decided === "full") throw new Error("full");
  return decided;
}

const hello = (more: Partial<RoomCommand> = {}) => command("ana", { do: "post", text: "hello" }, more);

describe("a cid names at most one outcome for ever", () => {
  test("a retry after an unknown outcome returns the original seq", () => {
    const room = group({ ana: "owner" });
    const first = commit(room, hello());
    happen(room, "bob", { kind: "posted", text: "between" });
    expect(commit(room, hello({ again: true }))).toEqual(first);
  });

  test("what the running turn decided isn't an answer yet: the second attempt waits for the append too", () => {
    const room = group({ ana: "owner" });
    const turn = new RoomTurn(room, now);
    turn.decide(hello());
    expect(turn.decide(hello({ again: true }))).toMatchObject({ reply: { ok: { seq: 2 } }, needs: "append" });
    expect(turn.decide(hello({ hash: "other" }))).toMatchObject({ needs: "append" });
    room.cids.commit(1);
    expect(one(room, hello({ again: true }))).toMatchObject({ reply: { ok: { seq: 2 } }, needs: "nothing" });
  });

  test("the same cid with another body is a conflict", () => {
    const room = group({ ana: "owner" });
    commit(room, hello());
    expect(commit(room, hello({ hash: "other" }))).toMatchObject({ error: { code: "conflict" } });
  });

  test("the same cid of another sender is another command", () => {
    const room = group({ ana: "owner", bob: "member" });
    commit(room, hello());
    expect(commit(room, command("bob", { do: "post", text: "hello" }))).toMatchObject({ ok: { seq: 3 } });
  });

  test("a refusal of something sent before is recorded, and every later attempt finds it", () => {
    const room = group({ ana: "owner" });
    const late = command("bob", { do: "post", text: "hi" }, { again: true });
    const turn = new RoomTurn(room, now);
    expect(turn.decide(late)).toMatchObject({ reply: { error: { code: "not-found" } }, needs: "append" });
    const draft = turn.draft();
    expect(draft).toMatchObject({ count: 0, frame: "", from: 2 });
    expect(partsOf({ room: "r", server: draft?.server ?? "" }).closed).toEqual([
      { by: "bob", cid: late.cid, hash: "h" },
    ]);
    room.cids.commit(1);
    happen(room, "ana", { kind: "added", user: "bob", role: "member" });
    expect(commit(room, { ...late, again: false })).toMatchObject({ error: { code: "closed" } });
  });

  test("a first refusal is only verified: nothing can be under way", () => {
    const room = group({ ana: "owner" });
    const decided = one(room, command("bob", { do: "post", text: "hi" }));
    expect(decided).toMatchObject({ reply: { error: { code: "not-found" } }, needs: "verify" });
  });

  test("'did it land?' closes a cid that did not", () => {
    const room = group({ ana: "owner" });
    const ask = command("ana", { do: "landed" }, { again: true });
    expect(commit(room, ask)).toMatchObject({ error: { code: "closed" } });
    expect(commit(room, hello())).toMatchObject({ error: { code: "closed" } });
  });

  test("'did it land?' finds one that did, whatever its body was", () => {
    const room = group({ ana: "owner" });
    const posted = commit(room, hello());
    expect(commit(room, command("ana", { do: "landed" }, { again: true, hash: "" }))).toEqual(posted);
  });

  test("of twins in one turn neither is answered before the record is there", () => {
    const turn = new RoomTurn(group({ ana: "owner" }), now);
    const first = turn.decide(hello());
    expect(first).toMatchObject({ reply: { ok: { seq: 2 } }, needs: "append" });
    expect(turn.decide(hello())).toEqual(first);
    expect(turn.decide(hello({ hash: "other" }))).toMatchObject({ needs: "append" });
  });

  test("of twins that are refused neither is answered before the refusal is recorded", () => {
    const turn = new RoomTurn(group({ ana: "owner" }), now);
    const late = command("bob", { do: "post", text: "hi" }, { again: true });
    expect(turn.decide(late)).toMatchObject({ needs: "append" });
    expect(turn.decide(late)).toMatchObject({ reply: { error: { code: "closed" } }, needs: "append" });
  });
});

describe("what the cache doesn't hold", () => {
  const evicting = () => {
    const room = { ...group({ ana: "owner" }), cids: emptyRoom("room", 1).cids };
    commit(room, hello({ cid: cidAt(0) }));
    commit(room, hello({ cid: cidAt(10) }));
    return room;
  };

  test("an evicted cid is looked up, never taken for new", () => {
    expect(commit(evicting(), hello({ cid: cidAt(0), again: true }))).toEqual({ look: true });
  });

  test("a look that was complete up to w makes it new; an older one doesn't", () => {
    const room = evicting();
    expect(one(room, hello({ cid: cidAt(-5), looked: 0 })).reply).toEqual({ look: true });
    expect(one(room, hello({ cid: cidAt(-5), looked: 1 })).reply).toMatchObject({ ok: { seq: 4 } });
  });

  test("a cid above t is new at once", () => {
    expect(commit(evicting(), hello({ cid: cidAt(1) }))).toMatchObject({ ok: { seq: 4 } });
  });

  test("the earliest cid time goes first, whatever order they came in", () => {
    const room = { ...group({ ana: "owner" }), cids: emptyRoom("room", 2).cids };
    for (const ms of [30, 10, 20]) commit(room, hello({ cid: cidAt(ms) }));
    expect(commit(room, hello({ cid: cidAt(10) }))).toEqual({ look: true });
    expect(commit(room, hello({ cid: cidAt(20) }))).toMatchObject({ ok: { seq: 4 } });
    expect(commit(room, hello({ cid: cidAt(30) }))).toMatchObject({ ok: { seq: 2 } });
  });

  test("a cid that is much older than the latest goes, however few there are", () => {
    const room = group({ ana: "owner" });
    const eldest = cidAt(-limits.cidsKeptMs - 1);
    for (const cid of [eldest, cidAt(-limits.cidsKeptMs), cidAt(0)]) commit(room, hello({ cid }));
    expect(commit(room, hello({ cid: eldest }))).toEqual({ look: true });
    expect(commit(room, hello({ cid: cidAt(-limits.cidsKeptMs) }))).toMatchObject({ ok: { seq: 3 } });
  });
});

describe("clocks", () => {
  test("a cid from too far ahead is refused with the server's time", () => {
    const room = group({ ana: "owner" });
    const far = hello({ cid: cidAt(limits.cidAheadMs + 1) });
    expect(commit(room, far)).toMatchObject({ error: { code: "clock", now } });
    expect(commit(room, hello({ cid: cidAt(limits.cidAheadMs) }))).toMatchObject({ ok: { seq: 2 } });
  });

  test("sent again, it isn't closed but told to wait: a record of the far future would make all others look", () => {
    const room = group({ ana: "owner" });
    const far = hello({ cid: cidAt(limits.cidAheadMs + 500), again: true });
    expect(commit(room, far)).toMatchObject({ error: { code: "unavailable", retryAfterMs: 500 } });
  });

  test("at never falls below the event before", () => {
    const room = group({ ana: "owner" });
    room.at = now + 5_000;
    expect(commit(room, hello())).toMatchObject({ ok: { at: now + 5_000 } });
  });
});

describe("a record", () => {
  test("holds each event serialised once, cut at line breaks, with its cid on the first of a command", () => {
    const room = group({ ana: "owner" });
    const turn = new RoomTurn(room, now);
    turn.decide(hello({ cid: cidAt(1) }));
    turn.decide(command("ana", { do: "add", users: ["bob", "cid"] }, { cid: cidAt(2) }));
    const draft = turn.draft();
    const lines = linesOf(draft?.frame ?? "");
    const { events } = JSON.parse(draft?.frame ?? "") as { events: unknown[] };
    expect(lines.map((line) => JSON.parse(line))).toEqual(events);
    expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([2, 3, 4]);
    expect(partsOf({ room: "r", server: draft?.server ?? "" }).parts).toEqual([
      { by: "ana", cid: cidAt(1), hash: "h" },
      { by: "ana", cid: cidAt(2), hash: "h", n: 2 },
      { by: "ana" },
    ]);
  });

  test("a command that doesn't fit goes to the next one, and leaves no trace in this", () => {
    const room = group({ ana: "owner" });
    const turn = new RoomTurn(room, now);
    const long = "ä".repeat(limits.textBytesMax / 2);
    let taken = 0;
    while (
      turn.decide(hello({ cid: cidAt(0, taken), do: "post", text: long } as Partial<RoomCommand>)) !== "full"
    ) {
      taken++;
    }
    const draft = turn.draft();
    const bytes = Buffer.byteLength(draft?.frame ?? "") + Buffer.byteLength(draft?.server ?? "");
    expect(draft?.count).toBe(taken);
    expect(room.seq).toBe(1 + taken);
    expect(bytes).toBeLessThanOrEqual(limits.recordBytesMax);
    expect(bytes).toBeGreaterThan(limits.recordBytesMax - 2 * limits.textBytesMax);
  });
});

describe("deletions that the edge may not know of", () => {
  test("to those who may not see a message it isn't there, deleted or not", () => {
    const room = group({ ana: "owner", bob: "member" });
    happen(room, "ana", { kind: "posted", text: "x" }, { kind: "deleted", target: 2, author: "ana" });
    const hidden = { ...post(2, "", 3), is: "absent" } as const;
    const react = command("bob", { do: "react", target: hidden, key: "+", on: true });
    expect(one(room, react).reply).toMatchObject({ error: { code: "not-found" } });
  });

  test("a message that was deleted since the fact was read is gone", () => {
    const room = group({ ana: "owner" });
    happen(room, "ana", { kind: "posted", text: "x" }, { kind: "deleted", target: 2, author: "ana" });
    const edit = command("ana", { do: "edit", target: post(2, "ana", 2), text: "y" });
    expect(one(room, edit).reply).toMatchObject({ error: { code: "gone" } });
  });

  test("a fact older than what the room remembers must be read again", () => {
    const room = group({ ana: "owner" });
    room.deletionsAfter = 50;
    const react = (asOf: number) =>
      command("ana", { do: "react", target: post(2, "ana", asOf), key: "+", on: true });
    expect(one(room, react(49)).reply).toEqual({ stale: true });
    expect(one(room, react(50)).reply).toMatchObject({ ok: { n: 1 } });
  });
});

test("a direct room is made by its first message, in one record", () => {
  const room = emptyRoom("room");
  const first = command("ana", { do: "post", text: "hi", pair: ["ana", "bob"], epoch: "E" });
  expect(commit(room, first)).toEqual({ ok: { seq: 1, n: 2, at: now, epoch: "E" } });
  expect(
    commit(room, command("bob", { do: "post", text: "ho", pair: ["bob", "ana"], epoch: "F" })),
  ).toMatchObject({
    ok: { seq: 3, n: 1, epoch: "E" },
  });
});

test("the first message of a direct room can mention the other, who is a member by it", () => {
  const first = command("ana", {
    do: "post",
    text: "hi",
    mentions: ["bob", "eve"],
    pair: ["ana", "bob"],
    epoch: "E",
  });
  const turn = new RoomTurn(emptyRoom("room"), now);
  turn.decide(first);
  const [, posted] = linesOf(turn.draft()?.frame ?? "").map(eventOf);
  expect(posted).toMatchObject({ kind: "posted", mentions: ["bob"] });
});
