import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Entry } from "../../actors/room/frame.ts";
import { mergeMarks } from "../../sdk/receipts.ts";
import { createRoomLog, type RoomLog } from "../../sdk/room-log.ts";
import { countHere, countOn, noUnread, recount } from "../../sdk/unread.ts";
import { deleted, epoch, posted } from "./entries.ts";
import { online, type Setting } from "./harness.ts";

const inRoom = (count = 1): Promise<Setting> =>
  online(({ server }) => {
    server.room(
      "R",
      Array.from({ length: count }, (_, i) => posted(i + 1, "ana", `m${i + 1}`)),
    );
  });

describe("delivered", () => {
  test("is told at most once per 500 ms and room, for others' messages, without a reply", async () => {
    const { server, platform } = await inRoom();
    await platform.advance(1_000);
    const before = server.link.ops("room.delivered").length;
    for (let seq = 2; seq < 12; seq++) server.push("R", posted(seq, "ana", "x"));
    await platform.advance(500);
    const told = server.link.ops("room.delivered").slice(before);
    expect(told).toEqual([{ op: "room.delivered", in: { room: "R", seq: 11 } }]);
    server.push("R", posted(12, "me", "mine"));
    await platform.advance(1_000);
    expect(server.link.ops("room.delivered").length).toBe(before + 1);
  });
});

describe("delivered in a busy room", () => {
  test("is told all the while, not only when it falls silent", async () => {
    const { server, platform } = await inRoom();
    await platform.advance(1_000);
    const before = server.link.ops("room.delivered").length;
    for (let seq = 2; seq < 32; seq++) {
      server.push("R", posted(seq, "ana", "x"));
      await platform.advance(100);
    }
    expect(server.link.ops("room.delivered").length - before).toBeGreaterThanOrEqual(5);
  });
});

describe("read", () => {
  test("is shown at once and repeated until it is confirmed, over connections too", async () => {
    const { client, server, platform } = await online(({ server }) => {
      Object.assign(server.room("R", [posted(1, "ana", "a"), posted(2, "ana", "b")]), { unread: 2 });
    });
    expect(client.room("R").info().unread).toBe(2);
    server.on("room.read", () => ({ error: { code: "unavailable", retryable: true } }));
    client.room("R").markRead(2);
    expect(client.room("R").info()).toMatchObject({ read: 2, unread: 0 });
    await platform.advance(5_000);
    expect(server.link.ops("room.read").length).toBeGreaterThan(1);
    server.link.hangUp(1006);
    server.on("room.read", () => ({
      ok: { room: "R", delivered: 2, read: 2, unread: 0, mentions: 0, seq: 2 },
    }));
    await platform.advance(500);
    expect(server.link.ops("room.read")[0]?.in).toEqual({ room: "R", seq: 2 });
    server.link.hangUp(1006);
    await platform.advance(1_000);
    expect(server.link.ops("room.read")).toEqual([]);
  });

  test("on another device clears the count here, and never comes back", async () => {
    const { client, server } = await inRoom(3);
    server.link.deliver({ t: "unread", room: "R", seq: 3, read: 3, delivered: 3, unread: 0, mentions: 0 });
    expect(client.room("R").info()).toMatchObject({ read: 3, unread: 0 });
    server.link.deliver({ t: "unread", room: "R", seq: 3, read: 1, delivered: 3, unread: 2, mentions: 0 });
    expect(client.room("R").info()).toMatchObject({ read: 3, unread: 0 });
  });

  test("scrolling through ten rows is one request", async () => {
    const { client, server, platform } = await inRoom(10);
    for (let seq = 1; seq <= 10; seq++) client.room("R").markRead(seq);
    await platform.advance(200);
    expect(server.link.ops("room.read").map(({ in: input }) => input?.seq)).toEqual([10]);
  });
});

describe("others' marks", () => {
  test("turn my ticks, only ever forward", async () => {
    const { client, server } = await online(({ server }) => {
      server.room("R", [posted(1, "me", "hi")]);
    });
    const tick = (): string => {
      const [row] = client.room("R").timeline.snapshot();
      return row?.type === "message" ? row.message.status : "none";
    };
    expect(tick()).toBe("stored");
    server.link.deliver({ t: "receipts", room: "R", seq: 1, marks: [["me", 1, 1]] });
    expect(tick()).toBe("stored");
    server.link.deliver({ t: "receipts", room: "R", seq: 1, marks: [["ana", 1, 0]] });
    expect(tick()).toBe("delivered");
    server.link.deliver({ t: "receipts", room: "R", seq: 1, marks: [["ana", 1, 1]] });
    server.link.deliver({ t: "receipts", room: "R", seq: 1, marks: [["ana", 0, 0]] });
    expect(tick()).toBe("read");
    expect(client.room("R").receipts()).toEqual([{ user: "ana", delivered: 1, read: 1 }]);
  });

  test("are asked for once somebody looks, and again after each reconnect", async () => {
    const { client, server, platform } = await inRoom();
    expect(server.link.ops("room.receipts")).toEqual([]);
    server.on("room.receipts", () => ({ ok: { marks: [["ana", 1, 0]] } }));
    client.room("R").receipts();
    client.room("R").receipts();
    await platform.advance(0);
    expect(server.link.ops("room.receipts").length).toBe(1);
    expect(client.room("R").receipts()).toEqual([{ user: "ana", delivered: 1, read: 0 }]);
    server.link.hangUp(1006);
    await platform.advance(500);
    expect(server.link.ops("room.receipts").length).toBe(1);
  });

  test("are asked for again when the server refuses for now", async () => {
    const { client, server, platform } = await inRoom();
    server.on("room.receipts", () => ({ error: { code: "overloaded", retryable: true, retryAfterMs: 700 } }));
    client.room("R").receipts();
    await platform.advance(699);
    server.on("room.receipts", () => ({ ok: { marks: [["ana", 1, 0]] } }));
    expect(client.room("R").receipts()).toEqual([]);
    await platform.advance(1);
    expect(client.room("R").receipts()).toEqual([{ user: "ana", delivered: 1, read: 0 }]);
  });

  test("merge to the same whatever their order", () => {
    const mark = fc.tuple(fc.constantFrom("ana", "bob", "me"), fc.nat(9), fc.nat(9));
    fc.assert(
      fc.property(fc.array(mark), (marks) => {
        const merge = (order: typeof marks) =>
          Object.fromEntries(
            order
              .reduce((all, each) => mergeMarks(all, [each], "me"), mergeMarks([], [], "me"))
              .map((r) => [r.user, r]),
          );
        expect(merge(marks.toReversed())).toEqual(merge(marks));
        expect(merge([...marks, ...marks])).toEqual(merge(marks));
        expect(merge(marks).me).toBeUndefined();
      }),
    );
  });
});

describe("unread", () => {
  const logOf = (lines: Entry[]): RoomLog => {
    const log = createRoomLog();
    log.apply(epoch, 1, lines);
    return log;
  };

  test("counts others' posts, and those that name me", () => {
    const lines = [posted(1, "ana", "a"), posted(2, "me", "b"), posted(3, "ana", "c", { mentions: ["me"] })];
    const count = lines.reduce((all, line) => countOn(all, line, "me"), noUnread);
    expect(count).toEqual({ seq: 3, read: 0, unread: 2, mentions: 1, stale: false });
  });

  test("is asked for again when a deletion hits an unread post, and not when it hits a read or an own one", () => {
    const base = { ...noUnread, seq: 5, read: 2, unread: 3 };
    expect(countOn(base, deleted(6, 4), "me").stale).toBe(true);
    expect(countOn(base, deleted(6, 2), "me").stale).toBe(false);
    expect(countOn(base, deleted(6, 4, "ana", "me"), "me").stale).toBe(false);
  });

  test("says 1001 from there on", () => {
    const base = { ...noUnread, unread: 1_000 };
    const two = [posted(1, "ana", "a"), posted(2, "ana", "b")].reduce(
      (all, line) => countOn(all, line, "me"),
      base,
    );
    expect(two.unread).toBe(1_001);
  });

  test("takes the server's word as of a seq, and counts what came since", () => {
    const log = logOf([1, 2, 3, 4].map((seq) => posted(seq, "ana", "x")));
    const old = { ...noUnread, seq: 4, unread: 99 };
    expect(recount(old, { seq: 3, read: 1, unread: 2, mentions: 0 }, log, "me")).toMatchObject({
      seq: 4,
      unread: 3,
    });
  });

  test("doesn't miss a post that came and went since the server counted", () => {
    const log = logOf([posted(1, "ana", "x"), posted(2, "ana", "y"), deleted(3, 2)]);
    const fresh = { seq: 1, read: 0, unread: 1, mentions: 0 };
    expect(recount(noUnread, fresh, log, "me")).toEqual({ ...fresh, seq: 3, stale: false });
  });

  test("never goes back to an older read mark, nor to an older count", () => {
    const log = logOf([posted(1, "ana", "x"), posted(2, "ana", "y")]);
    const have = { ...noUnread, seq: 2, read: 1, unread: 1 };
    expect(recount(have, { seq: 2, read: 0, unread: 2, mentions: 0 }, log, "me")).toBe(have);
    expect(recount(have, { seq: 1, read: 1, unread: 0, mentions: 0 }, log, "me")).toBe(have);
  });

  test("after reading is known here only if every later seq is", () => {
    const log = logOf([1, 2, 3].map((seq) => posted(seq, "ana", "x")));
    expect(countHere(2, log, "me")).toMatchObject({ read: 2, unread: 1, seq: 3 });
    log.limited(epoch, 9);
    log.apply(epoch, 10, [posted(10, "ana", "x")]);
    expect(countHere(2, log, "me")).toBeNull();
  });

  test("equals the server's count whatever it is based on", () => {
    const step = fc.tuple(fc.constantFrom("post", "mine", "delete"), fc.nat());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.nat(), fc.nat(), (steps, s, r) => {
        const lines: Entry[] = [];
        const gone = new Set<number>();
        const posts = (upTo: number): number[] =>
          lines.flatMap((line) =>
            "kind" in line && line.kind === "posted" && line.seq <= upTo ? [line.seq] : [],
          );
        for (const [what, which] of steps) {
          const seq = lines.length + 1;
          const all = posts(seq).filter((post) => !gone.has(post));
          const target = all[which % Math.max(1, all.length)];
          if (what === "delete" && target !== undefined) {
            gone.add(target);
            const post = lines[target - 1];
            lines.push(deleted(seq, target, "ana", post && "by" in post ? post.by : "ana"));
          } else lines.push(posted(seq, what === "mine" ? "me" : "ana", "x"));
        }
        const read = r % (lines.length + 1);
        const at = read + (s % (lines.length - read + 1));
        // What the server counts as of `upTo`: others' posts above the read mark that no deletion up to there hit.
        const truth = (upTo: number): number =>
          posts(upTo).filter((seq) => {
            const line = lines[seq - 1];
            const hit = lines.some(
              (each) => "kind" in each && each.kind === "deleted" && each.target === seq && each.seq <= upTo,
            );
            return seq > read && line && "by" in line && line.by !== "me" && !hit;
          }).length;
        const count = recount(
          noUnread,
          { seq: at, read, unread: truth(at), mentions: 0 },
          logOf(lines),
          "me",
        );
        if (!count.stale) expect(count.unread).toBe(truth(lines.length));
      }),
    );
  });

  test("is asked for again while the server's documents are behind the deletion", async () => {
    const { client, server, platform } = await online(({ server }) => {
      Object.assign(server.room("R", [posted(1, "ana", "a"), posted(2, "ana", "b")]), { unread: 2 });
    });
    const summary = server.summary("R");
    server.push("R", deleted(3, 2));
    server.on("room.summaries", () => ({ ok: { rooms: [summary] } }));
    await platform.advance(150);
    server.on("room.summaries", () => ({ ok: { rooms: [{ ...summary, head: 3, seq: 3, unread: 1 }] } }));
    await platform.advance(500);
    expect(client.room("R").info().unread).toBe(1);
  });

  test("in the room's row follows live posts and own deletions of others' posts", async () => {
    const { client, server, platform } = await online(({ server }) => {
      Object.assign(server.room("R", [posted(1, "ana", "a")]), { unread: 1 });
    });
    server.push("R", posted(2, "ana", "b", { mentions: ["me"] }));
    expect(client.room("R").info()).toMatchObject({ unread: 2, mentions: 1 });
    server.push("R", deleted(3, 2));
    Object.assign(server.rooms.get("R") ?? {}, { unread: 1, mentions: 0 });
    await platform.advance(100);
    expect(client.room("R").info()).toMatchObject({ unread: 1, mentions: 0 });
  });
});
