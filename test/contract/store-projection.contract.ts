import { describe, expect, test } from "bun:test";
import { limits } from "../../actors/limits.ts";
import type { Store } from "../../actors/ports.ts";
import { changed, cidOf, created, deleted, edited, joined, left, posted, reacted } from "./writes.ts";

/** What the history reader may rely on. */
export function projectionContract(current: () => Store): void {
  const apply = (...writes: Parameters<Store["projection"]["apply"]>[0]) =>
    current().projection.apply(writes);
  const seqsOf = (events: readonly { seq: number }[]) => events.map(({ seq }) => seq);

  describe("projection", () => {
    test("checkpoints only rise, one per stream", async () => {
      const { projection } = current();
      expect(await projection.checkpoint(0)).toBe(0);
      await projection.apply([], { stream: 0, position: 7 });
      await projection.apply([], { stream: 0, position: 5 });
      await projection.apply([], { stream: 1, position: 3 });
      expect([await projection.checkpoint(0), await projection.checkpoint(1)]).toEqual([7, 3]);
    });
  });

  describe("messages", () => {
    test("an event is read back as it was written", async () => {
      await apply(posted(1, "ana"), posted(2, "bob", "x", { cid: null, hash: null, origin: null }));
      expect(await current().messages.range("r", 1, 9, 9)).toEqual([
        { seq: 1, line: posted(1, "ana").line, by: "ana", cid: cidOf(1), origin: "connection of ana" },
        { seq: 2, line: posted(2, "bob", "x").line, by: "bob", cid: null, origin: null },
      ]);
    });

    test("a range is inclusive, oldest first, and bounded", async () => {
      const { messages } = current();
      await apply(
        ...[5, 1, 3, 2, 4].map((seq) => posted(seq, "ana")),
        posted(9, "ana", "x", { room: "other" }),
      );
      expect(seqsOf(await messages.range("r", 2, 4, 9))).toEqual([2, 3, 4]);
      expect(seqsOf(await messages.range("r", 1, 5, 2))).toEqual([1, 2]);
      expect(seqsOf(await messages.range("r", 0, Number.MAX_SAFE_INTEGER, 9))).toEqual([1, 2, 3, 4, 5]);
      expect(await messages.range("r", 6, 9, 9)).toEqual([]);
      expect(await messages.range("none", 1, 9, 9)).toEqual([]);
    });

    test("a line of any text comes back byte for byte", async () => {
      const text = "👩‍👩‍👧 \u0000 '; DROP TABLE messages; -- \u2028 $literal \"\\ ü";
      await apply(posted(1, "ana", text));
      const [event] = await current().messages.range("r", 1, 1, 1);
      expect(JSON.parse(event?.line ?? "")).toMatchObject({ text });
    });

    test("a cid leads to its outcome: landed, closed or none", async () => {
      const { messages } = current();
      await apply(posted(7, "ana", "x", { n: 3 }), {
        t: "closed",
        room: "r",
        sender: "ana",
        cid: cidOf(8),
        hash: "hash 8",
      });
      expect(await messages.outcome("r", "ana", cidOf(7))).toEqual({
        closed: false,
        seq: 7,
        n: 3,
        at: 1_007,
        hash: "hash 7",
      });
      expect(await messages.outcome("r", "ana", cidOf(8))).toEqual({ closed: true, hash: "hash 8" });
      expect(await messages.lastClosed("r")).toBe(cidOf(8));
      expect(await messages.lastClosed("s")).toBeNull();
      expect(await messages.outcome("r", "ana", cidOf(9))).toBeNull();
      expect(await messages.outcome("r", "bob", cidOf(7))).toBeNull();
      expect(await messages.outcome("s", "ana", cidOf(7))).toBeNull();
    });

    test("fields tell the newest edit and the reactions, of those seqs that have any", async () => {
      await apply(
        ...[1, 2, 3].map((seq) => posted(seq, "ana")),
        ...edited(4, "ana", 1, "second", ["bob"]),
        ...edited(5, "ana", 1, "third", ["cid"]),
        reacted(6, "bob", 2, "👍"),
        reacted(7, "ana", 2, "🎉"),
        reacted(8, "ana", 2, "👍"),
        reacted(9, "bob", 2, "🎉"),
        reacted(10, "bob", 2, "🎉", false),
      );
      expect(await current().messages.fields("r", [3, 2, 1, 99])).toEqual([
        {
          seq: 2,
          edit: null,
          reactions: [
            { key: "👍", users: ["bob", "ana"], seqs: [6, 8] },
            { key: "🎉", users: ["ana"], seqs: [7] },
          ],
        },
        { seq: 1, edit: { seq: 5, text: "third", at: 1_005, mentions: ["cid"] }, reactions: [] },
      ]);
    });

    test("settings are the newest events up to a seq that set something of the room", async () => {
      const { messages } = current();
      const setting = (seq: number, kind: string) => ({ ...posted(seq, "ana"), kind });
      await apply(
        setting(1, "created"),
        posted(2, "ana"),
        setting(3, "renamed"),
        setting(4, "access"),
        setting(5, "renamed"),
        setting(6, "history"),
        setting(7, "described"),
      );
      const seqs = async (upTo: number) => (await messages.settings("r", upTo)).map(({ seq }) => seq);
      expect(await seqs(9)).toEqual([1, 4, 5, 6, 7]);
      expect(await seqs(4)).toEqual([1, 3, 4]);
      expect(await messages.settings("s", 9)).toEqual([]);
    });

    test("older versions of an edited message begin with its first text and end before the newest", async () => {
      const { messages } = current();
      await apply(
        posted(1, "ana", "first"),
        posted(2, "bob"),
        ...edited(3, "ana", 1, "second"),
        ...edited(4, "bob", 2, "of another"),
        ...edited(5, "ana", 1, "third"),
      );
      expect(await messages.versions("r", 1, 999, 9)).toEqual([
        { seq: 1, text: "first", at: 1_001 },
        { seq: 3, text: "second", at: 1_003 },
      ]);
      expect((await messages.versions("r", 1, 3, 9)).map(({ seq }) => seq)).toEqual([1]);
      expect((await messages.versions("r", 1, 999, 1)).map(({ seq }) => seq)).toEqual([3]);
      expect(await messages.versions("r", 99, 999, 9)).toEqual([]);
    });

    test("of many reactions the first are listed, and that there are more; what was taken back doesn't count", async () => {
      const { messages } = current();
      const users = Array.from({ length: limits.reactionsListMax }, (_, i) => `user ${i}`);
      await apply(
        posted(1, "ana"),
        ...users.map((user, i) => reacted(10 + i, user, 1, "👍")),
        ...users.map((user, i) => reacted(1_000 + i, user, 1, "👎", false)),
      );
      const all = {
        seq: 1,
        edit: null,
        reactions: [{ key: "👍", users, seqs: users.map((_, i) => 10 + i) }],
      };
      expect(await messages.fields("r", [1])).toEqual([all]);
      await apply(reacted(5_000, "late", 1, "👎"));
      expect(await messages.fields("r", [1])).toEqual([{ ...all, more: true }]);
    });

    test("a user's own standing reactions on a post are counted up to a limit", async () => {
      const { messages } = current();
      await apply(
        posted(1, "ana"),
        ...["a", "b", "c"].map((key, i) => reacted(10 + i, "bob", 1, key)),
        reacted(13, "bob", 1, "b", false),
        reacted(14, "cid", 1, "d"),
      );
      expect((await messages.reactionsBy("r", 1, "bob", 9)).sort()).toEqual(["a", "c"]);
      expect(await messages.reactionsBy("r", 1, "bob", 1)).toHaveLength(1);
      expect(await messages.reactionsBy("r", 2, "bob", 9)).toEqual([]);
    });

    test("a message that was never edited has no older versions", async () => {
      await apply(posted(1, "ana"));
      expect(await current().messages.versions("r", 1, 999, 9)).toEqual([]);
    });

    test("a tombstone takes the content of the message and of its edits for ever", async () => {
      const { messages } = current();
      await apply(
        posted(1, "ana", "secret one", { mentions: ["bob"] }),
        ...edited(2, "ana", 1, "secret two", ["bob"]),
        posted(3, "bob", "kept"),
        reacted(4, "bob", 1, "👍"),
        ...deleted(5, "ana", 1),
      );
      const events = await messages.range("r", 1, 3, 9);
      expect(events.map(({ line }) => JSON.parse(line))).toEqual([
        { seq: 1, at: 1_001, ord: 1, by: "ana", kind: "tombstone", deleted: 5 },
        { seq: 2, at: 1_002, ord: 0, by: "ana", kind: "tombstone", deleted: 5 },
        expect.objectContaining({ text: "kept" }),
      ]);
      expect(events.map(({ cid, origin }) => [cid, origin])).toEqual([
        [cidOf(1), null],
        [cidOf(2), null],
        [cidOf(3), "connection of bob"],
      ]);
      expect(await messages.fields("r", [1, 2])).toEqual([]);
      expect(await messages.versions("r", 1, 999, 9)).toEqual([]);
      expect(await messages.mentions("r", "bob", 0, 9, 9)).toEqual([]);
    });

    test("a tombstone still answers for its cid", async () => {
      await apply(posted(1, "ana"), ...deleted(2, "ana", 1));
      const outcome = await current().messages.outcome("r", "ana", cidOf(1));
      expect(outcome).toEqual({ closed: false, seq: 1, n: 1, at: 1_001, hash: "hash 1" });
    });

    test("what comes after a tombstone brings nothing back", async () => {
      const { messages } = current();
      await apply(posted(1, "ana", "secret"), ...deleted(9, "ana", 1));
      await apply(
        posted(1, "ana", "secret", { mentions: ["bob"] }),
        ...edited(5, "ana", 1, "secret again", ["bob"]),
        reacted(6, "bob", 1, "👍"),
      );
      const lines = (await messages.range("r", 1, 9, 9)).map(({ line }) => line).join();
      expect(lines).not.toContain("secret");
      expect(await messages.fields("r", [1, 5])).toEqual([]);
      expect(await messages.mentions("r", "bob", 0, 9, 9)).toEqual([]);
    });

    test("unread are the posts of others after a seq, without tombstones", async () => {
      const { messages } = current();
      await apply(
        ...[1, 2, 4, 6].map((seq) => posted(seq, "ana")),
        posted(3, "bob"),
        ...edited(5, "ana", 1, "an edit is no post"),
        ...deleted(7, "ana", 2),
      );
      expect(await messages.unread("r", "bob", 0, 99, 9, 9)).toEqual({ seqs: [1, 4, 6], more: false });
      expect(await messages.unread("r", "bob", 1, 4, 9, 9)).toEqual({ seqs: [4], more: false });
      expect(await messages.unread("r", "bob", 0, 99, 3, 9)).toEqual({ seqs: [1, 4, 6], more: false });
      expect(await messages.unread("r", "bob", 0, 99, 2, 9)).toEqual({ seqs: [1, 4], more: true });
      expect(await messages.unread("r", "ana", 0, 99, 9, 9)).toEqual({ seqs: [3], more: false });
    });

    test("looking for unread posts ends after so many posts, whoever wrote them, and says so", async () => {
      const { messages } = current();
      await apply(
        ...[1, 2, 4, 5].map((seq) => posted(seq, "bob")),
        ...[3, 6].map((seq) => posted(seq, "ana")),
        ...deleted(7, "bob", 2),
      );
      expect(await messages.unread("r", "bob", 0, 99, 9, 5)).toEqual({ seqs: [3, 6], more: false });
      expect(await messages.unread("r", "bob", 0, 99, 9, 4)).toEqual({ seqs: [3], more: true });
      expect(await messages.unread("r", "bob", 0, 99, 9, 1)).toEqual({ seqs: [], more: true });
      expect(await messages.unread("r", "bob", 0, 5, 9, 4)).toEqual({ seqs: [3], more: false });
    });

    test("edits of a post are counted for its author, up to a limit", async () => {
      const { messages } = current();
      await apply(
        posted(1, "ana"),
        posted(2, "ana"),
        ...[3, 4, 5].flatMap((seq) => edited(seq, "ana", 1, "x")),
      );
      expect(await messages.editsBy("r", 1, "ana", 9)).toBe(3);
      expect(await messages.editsBy("r", 1, "ana", 2)).toBe(2);
      expect(await messages.editsBy("r", 2, "ana", 9)).toBe(0);
      expect(await messages.editsBy("r", 1, "bob", 9)).toBe(0);
      expect(await messages.editsBy("r", 9, "ana", 9)).toBe(0);
    });

    test("the newest post at or below a seq is none that was deleted, and nothing but a post", async () => {
      const { messages } = current();
      await apply(
        ...[2, 3, 5].map((seq) => posted(seq, "ana")),
        ...edited(6, "ana", 2, "an edit is no post"),
        ...deleted(7, "ana", 3),
      );
      const found = [1, 2, 4, 5, 99].map((upTo) => messages.newestPost("r", upTo));
      expect(await Promise.all(found)).toEqual([null, 2, 2, 5, 5]);
      expect(await messages.newestPost("none", 99)).toBeNull();
    });

    test("mentions are the unread posts that name the user now", async () => {
      const { messages } = current();
      await apply(
        posted(1, "ana", "x", { mentions: ["bob", "cid"] }),
        posted(2, "ana", "x", { mentions: ["cid"] }),
        posted(3, "bob", "own", { mentions: ["bob"] }),
        posted(4, "ana", "x", { mentions: ["bob"] }),
        ...edited(5, "ana", 2, "now bob too", ["cid", "bob"]),
        ...edited(6, "ana", 4, "bob no more", []),
      );
      expect(await messages.mentions("r", "bob", 0, 99, 9)).toEqual([1, 2]);
      expect(await messages.mentions("r", "bob", 1, 99, 9)).toEqual([2]);
      expect(await messages.mentions("r", "cid", 0, 99, 1)).toEqual([1]);
    });

    test("posts that were edited above a seq are found once, oldest first, deleted ones too", async () => {
      const { messages } = current();
      await apply(
        ...[1, 2, 3, 4].map((seq) => posted(seq, "ana")),
        ...edited(5, "ana", 1, "before"),
        ...edited(6, "ana", 4, "once"),
        ...edited(7, "ana", 2, "once"),
        ...edited(8, "ana", 2, "twice"),
        ...edited(9, "ana", 3, "and gone"),
        ...deleted(10, "ana", 3),
      );
      expect(await messages.edited("r", 0, 9, 5, 9)).toEqual([2, 3, 4]);
      expect(await messages.edited("r", 0, 9, 5, 2)).toEqual([2, 3]);
      expect(await messages.edited("r", 2, 3, 5, 9)).toEqual([3]);
      expect(await messages.edited("r", 0, 9, 9, 9)).toEqual([]);
      expect(await messages.edited("s", 0, 9, 0, 9)).toEqual([]);
    });
  });

  describe("memberships", () => {
    test("a ban of somebody who was never in, and its end, write nothing into their account", async () => {
      const { items, memberships, projection } = current();
      const ban = left(4, "bob", { banned: true });
      expect(await projection.apply([ban])).toEqual([]);
      expect(await projection.apply([left(5, "bob", { banned: false, interval: "keep" })])).toEqual([]);
      expect(await items.since("bob", 0, 9)).toEqual({ version: 0, items: [] });
      expect(await memberships.of("r", ["bob"])).toMatchObject([{ role: null, banned: false, seq: 5 }]);
      expect(await projection.apply([joined(6, "bob")])).toEqual(["bob"]);
    });

    test("a former member's account tells of the end, and of no ban or pardon after it", async () => {
      const { items, memberships } = current();
      await apply(joined(2, "bob"), left(5, "bob"));
      const end = { role: null, from: 2, to: 6, banned: false, seq: 5 };
      for (const later of [left(9, "bob", { banned: true }), left(12, "bob", { interval: "keep" })]) {
        expect(await apply(later)).toEqual([]);
        expect(await items.since("bob", 0, 9)).toMatchObject({ version: 2, items: [{ value: end }] });
      }
      expect(await memberships.of("r", ["bob"])).toMatchObject([{ intervals: [[2, 6]], seq: 12 }]);
    });

    test("a former member's account tells of the ban that was the end, and of no pardon after it", async () => {
      const { items, projection } = current();
      await apply(joined(2, "bob"), left(5, "bob", { banned: true }));
      expect(await projection.apply([left(7, "bob", { interval: "keep" })])).toEqual([]);
      const [item] = (await items.since("bob", 0, 9)).items;
      expect(item?.value).toEqual({ role: null, from: 2, to: 6, banned: true, seq: 5 });
    });

    test("joining opens an interval, leaving closes it after the event, coming back opens another", async () => {
      const { memberships } = current();
      await apply(joined(2, "ana"), left(5, "ana"), joined(8, "ana", { role: "admin" }));
      expect(await memberships.of("r", ["ana", "bob"])).toEqual([
        {
          room: "r",
          user: "ana",
          role: "admin",
          banned: false,
          intervals: [
            [2, 6],
            [8, null],
          ],
          seq: 8,
        },
      ]);
    });

    test("a role or a ban leaves the intervals as they are", async () => {
      const { memberships } = current();
      await apply(
        joined(2, "ana"),
        joined(3, "ana", { role: "moderator", interval: "keep" }),
        left(4, "bob", { banned: true, interval: "keep" }),
      );
      expect(await memberships.of("r", ["ana", "bob"])).toEqual([
        { room: "r", user: "ana", role: "moderator", banned: false, intervals: [[2, null]], seq: 3 },
        { room: "r", user: "bob", role: null, banned: true, intervals: [], seq: 4 },
      ]);
      expect(await memberships.banned("r", "", 9)).toEqual(["bob"]);
      expect(await memberships.banned("r", "bob", 9)).toEqual([]);
      await apply(left(5, "bob", { banned: false, interval: "keep" }));
      expect(await memberships.banned("r", "", 9)).toEqual([]);
    });

    test("a room lists its current members in pages, a user all rooms", async () => {
      const { memberships } = current();
      await apply(
        ...["dan", "ana", "cid", "bob"].map((user, i) => joined(i + 1, user)),
        left(9, "cid"),
        joined(1, "ana", { room: "s" }),
      );
      const users = async (after: string, limit: number) =>
        (await memberships.ofRoom("r", after, limit)).map(({ user }) => user);
      expect(await users("", 2)).toEqual(["ana", "bob"]);
      expect(await users("bob", 2)).toEqual(["dan"]);
      expect(await memberships.roomsOf(["ana", "cid", "nobody"])).toEqual([2, 0, 0]);
    });

    test("each change raises the user's version once and is mirrored; a replay raises nothing", async () => {
      const { items } = current();
      expect(await apply(joined(2, "ana"), joined(3, "bob"), left(5, "ana"))).toEqual(["ana", "bob"]);
      expect(await items.versions(["ana", "bob"])).toEqual([2, 1]);
      expect(await apply(joined(2, "ana"), left(5, "ana"))).toEqual([]);
      expect(await items.since("ana", 0, 9)).toEqual({
        version: 2,
        items: [{ key: "room:r", version: 2, value: { role: null, from: 2, to: 6, banned: false, seq: 5 } }],
      });
    });
  });

  describe("rooms", () => {
    test("a room is there once its creation was applied, and counts its members", async () => {
      const { rooms } = current();
      await apply(joined(1, "ana"), joined(2, "bob"));
      expect(await rooms.many(["r"])).toEqual([]);
      await apply(created(), joined(3, "cid"), left(4, "bob"), left(4, "bob"), joined(1, "ana"));
      expect(await rooms.many(["none", "r"])).toEqual([
        {
          id: "r",
          kind: "group",
          epoch: "e1",
          createdAt: 1_001,
          name: "Room",
          about: "",
          history: "everyone",
          join: "closed",
          seq: 1,
          ord: 1,
          at: 1_001,
          members: 2,
          rules: [{ from: 1, history: "everyone" }],
        },
      ]);
    });

    test("seq, ord and at only rise; a field yields to a newer event", async () => {
      const { rooms } = current();
      await apply(
        created(),
        changed(5, { name: "New" }, { at: 900, ord: 4 }),
        changed(3, { name: "Old", about: "A" }),
      );
      const [room] = await rooms.many(["r"]);
      expect(room).toMatchObject({ seq: 5, ord: 4, at: 1_003, name: "New", about: "A" });
    });

    test("a history rule holds from the event after its change on", async () => {
      await apply(created(), changed(4, { history: "joined" }), changed(8, { history: "everyone" }));
      const [room] = await current().rooms.many(["r"]);
      expect(room?.history).toBe("everyone");
      expect(room?.rules).toEqual([
        { from: 1, history: "everyone" },
        { from: 5, history: "joined" },
        { from: 9, history: "everyone" },
      ]);
    });

    test("many rooms come in the order that was asked for", async () => {
      await apply(...["a", "b", "c"].map((room) => created(room)));
      expect((await current().rooms.many(["c", "a"])).map(({ id }) => id)).toEqual(["c", "a"]);
    });
  });
}
