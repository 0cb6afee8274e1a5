import { describe, expect, test } from "bun:test";
import type { Entry } from "../../actors/room/frame.ts";
import { epoch, posted, start } from "./entries.ts";
import { type Setting, settled, signedIn } from "./harness.ts";
import { inRoom, texts } from "./room-kit.ts";

describe("a gap", () => {
  test("is given 500 ms to close by itself", async () => {
    const { client, server, platform } = await inRoom();
    server.link.deliver({ t: "events", room: "R", epoch, from: 3, events: [posted(3, "ana", "m3")] });
    await platform.advance(499);
    server.push("R", posted(2, "ana", "m2"));
    await platform.advance(1_000);
    expect(server.link.ops("room.history")).toEqual([]);
    expect(texts(client)).toEqual(["m1", "m2", "m3"]);
  });

  test("that stays is fetched, with what we know named", async () => {
    const { client, server, platform } = await inRoom();
    server.room(
      "R",
      [1, 2, 3, 4].map((seq) => posted(seq, "ana", `m${seq}`)),
    );
    server.link.deliver({ t: "events", room: "R", epoch, from: 4, events: [posted(4, "ana", "m4")] });
    await platform.advance(500);
    expect(server.link.ops("room.history")[0]?.in).toEqual({ room: "R", after: 1, limit: 100, known: 1 });
    expect(texts(client)).toEqual(["m1", "m2", "m3", "m4"]);
  });

  test("that can't be fetched now is fetched later", async () => {
    const { client, server, platform } = await inRoom();
    const serve = server.handlers.get("room.history");
    server.on("room.history", () => ({ error: { code: "unavailable", retryable: true } }));
    server.room(
      "R",
      [1, 2, 3].map((seq) => posted(seq, "ana", `m${seq}`)),
    );
    server.link.deliver({ t: "events", room: "R", epoch, from: 3, events: [posted(3, "ana", "m3")] });
    await platform.advance(600);
    expect(texts(client)).toEqual(["m1"]);
    if (serve) server.on("room.history", serve);
    await platform.advance(2_000);
    expect(texts(client)).toEqual(["m1", "m2", "m3"]);
  });

  test("wider than a thousand is a hole that the user may load", async () => {
    const { client, server, platform } = await inRoom();
    server.link.deliver({
      t: "events",
      room: "R",
      epoch,
      from: 2_000,
      events: [posted(2_000, "ana", "far")],
    });
    await platform.advance(500);
    expect(texts(client)).toEqual(["far"]);
    expect(client.room("R").timeline.hasOlder).toBe(true);
    expect(server.link.ops("room.history")).toEqual([]);
  });
});

describe("a ping", () => {
  const frames = (setting: Setting) => setting.server.link.frames("sync");

  test("whose sum is ours asks for nothing", async () => {
    const setting = await inRoom(3);
    setting.server.link.deliver({ t: "ping", heads: 3 });
    expect(frames(setting)).toEqual([]);
  });

  test("whose sum differs asks for what is missing, with every live cursor", async () => {
    const setting = await inRoom(3);
    setting.server.link.deliver({ t: "ping", heads: 4 });
    expect(frames(setting)).toMatchObject([{ t: "sync", rooms: { R: [epoch, 3] } }]);
  });

  test("no longer counts a room that we were removed from", async () => {
    const setting = await inRoom(3);
    const gone = { seq: 4, at: start + 4, ord: 3, by: "ana", kind: "removed" as const, user: "me" };
    setting.server.push("R", gone);
    setting.server.link.deliver({ t: "ping", heads: 0 });
    expect(frames(setting)).toEqual([]);
    expect(setting.client.room("R").info().role).toBeNull();
    expect(setting.client.rooms.snapshot()).toEqual([]);
  });

  test("resumes a room that was refused for a while", async () => {
    const { server, client, platform } = await signedIn();
    server.room("R", [posted(1, "ana", "m1")]);
    server.resumes = false;
    await client.connect();
    await settled();
    const n = server.link.frames("resume")[0]?.n;
    server.link.deliver({ t: "live", n, rooms: {}, refused: { R: "unavailable" } });
    await settled();
    expect(client.connection).toBe("online");
    server.resumes = true;
    server.link.deliver({ t: "ping", heads: 0 });
    await platform.advance(0);
    expect(texts(client)).toEqual(["m1"]);
  });
});

describe("limited", () => {
  test("shows the newest page, and older() loads the hole page by page to its end", async () => {
    const { client, server, platform } = await inRoom();
    server.link.hangUp(1006);
    server.room(
      "R",
      Array.from({ length: 130 }, (_, i) => posted(i + 1, "ana", `m${i + 1}`)),
    );
    server.resumes = false;
    await platform.advance(500);
    const n = server.link.frames("resume")[0]?.n;
    server.link.deliver({ t: "limited", room: "R", epoch, from: 2, to: 120, head: 130 });
    const events = Array.from({ length: 10 }, (_, i) => posted(i + 121, "ana", `m${i + 121}`));
    server.link.deliver({ t: "events", room: "R", epoch, from: 121, events });
    server.link.deliver({ t: "live", n, rooms: { R: [epoch, 130] }, refused: {} });
    await settled();
    const { timeline } = client.room("R");
    expect([timeline.snapshot().length, timeline.hasOlder]).toEqual([10, true]);
    expect(await timeline.older()).toBe(50);
    expect(await timeline.older()).toBe(50);
    expect(await timeline.older()).toBe(20);
    expect([timeline.snapshot().length, timeline.hasOlder]).toEqual([130, false]);
    expect(texts(client)).toEqual(Array.from({ length: 130 }, (_, i) => `m${i + 1}`));
  });

  test("a jump to an old message leaves a hole between, which loads by its row", async () => {
    const { client, server, platform } = await signedIn();
    server.room(
      "R",
      Array.from({ length: 200 }, (_, i) => posted(i + 1, "ana", `m${i + 1}`)),
    );
    server.resumes = false;
    await client.connect();
    await settled();
    const n = server.link.frames("resume")[0]?.n;
    server.link.deliver({ t: "limited", room: "R", epoch, from: 1, to: 180, head: 200 });
    const events = Array.from({ length: 20 }, (_, i) => posted(i + 181, "ana", `m${i + 181}`));
    server.link.deliver({ t: "events", room: "R", epoch, from: 181, events });
    server.link.deliver({ t: "live", n, rooms: { R: [epoch, 200] }, refused: {} });
    await platform.advance(0);
    const { timeline } = client.room("R");
    server.on("room.history", ({ around, before, limit }) => {
      expect(limit).toBe(50);
      const from = around === 100 ? 90 : Number(before) - 50;
      const entries = Array.from({ length: around ? 20 : 50 }, (_, i) =>
        posted(from + i, "ana", `m${from + i}`),
      );
      return {
        ok: { room: "R", epoch, head: 200, from, to: from + entries.length - 1, entries, fields: [] },
      };
    });
    await timeline.around(100);
    expect(await timeline.around(100)).toBe(0);
    const hole = timeline.snapshot().find((row) => row.type === "hole");
    expect(hole).toMatchObject({ from: 110, to: 180 });
    await timeline.older(180);
    expect(timeline.snapshot().find((row) => row.type === "hole")).toMatchObject({ from: 110, to: 130 });
    await timeline.older(131);
    expect(timeline.snapshot().some((row) => row.type === "hole")).toBe(false);
  });

  test("an own message whose line can't be told from its stub is a hole while its page doesn't come", async () => {
    const { client, server } = await inRoom(1);
    const { timeline } = client.room("R");
    server.on("room.history", () => "silence");
    const stub = { seq: 3, at: start, cid: "01a2ce8b-da48-7000-872f-b75c359cdc6a" };
    const events = [{ void: [2, 2] as [number, number] }, stub, posted(4, "ana", "m4")];
    server.link.deliver({ t: "events", room: "R", epoch, from: 2, events });
    await settled();
    expect(timeline.snapshot().filter((row) => row.type === "hole")).toMatchObject([{ from: 3, to: 3 }]);
    expect(texts(client)).toEqual(["m1", "m4"]);
  });

  test("a hole of one seq is loaded by its own name", async () => {
    const { client, server } = await inRoom(1);
    const { timeline } = client.room("R");
    server.room(
      "R",
      Array.from({ length: 4 }, (_, i) => posted(i + 1, "ana", `m${i + 1}`)),
    );
    server.link.deliver({ t: "limited", room: "R", epoch, from: 2, to: 3, head: 4 });
    server.link.deliver({ t: "events", room: "R", epoch, from: 4, events: [posted(4, "ana", "m4")] });
    await client.call("room.history", { room: "R", after: 1, limit: 1 });
    await timeline.around(2);
    const hole = timeline.snapshot().find((row) => row.type === "hole");
    if (hole?.type === "hole") await timeline.older(hole.to);
    expect(timeline.snapshot().some((row) => row.type === "hole")).toBe(false);
  });
});

describe("my membership", () => {
  const about = (seq: number, kind: "removed" | "added"): Entry =>
    kind === "added"
      ? { seq, at: start + seq, ord: 1, by: "ana", kind, user: "me", role: "member" }
      : { seq, at: start + seq, ord: 1, by: "ana", kind, user: "me" };

  test("that comes back makes voids loadable again: what was not for me may be now", async () => {
    const { client, server, platform } = await inRoom(1);
    server.push("R", about(2, "removed"));
    // Added at 5 and removed again before the gap was fetched: the page of a former member has voids.
    const lines = [posted(1, "ana", "m1"), about(2, "removed"), null, null];
    server.room("R", lines);
    server.push("R", about(5, "added"), about(6, "removed"));
    await platform.advance(500);
    await client.room("R").timeline.older(5);
    const holes = () =>
      client
        .room("R")
        .timeline.snapshot()
        .filter(({ type }) => type === "hole");
    expect(holes()).toEqual([]);
    server.rooms.get("R")?.lines.splice(2, 2, posted(3, "ana", "m3"), posted(4, "ana", "m4"));
    server.push("R", about(7, "added"));
    expect(holes()).toMatchObject([{ from: 3, to: 4 }]);
    await client.room("R").timeline.older(5);
    expect(texts(client)).toEqual(["m1", "m3", "m4"]);
    expect(await client.room("R").verify()).toMatchObject({ ok: true });
  });

  test("is what the highest seq says, whether the account or the events come first", async () => {
    const { client, server, platform } = await inRoom(1);
    const room = server.rooms.get("R");
    const role = (): string | null => client.room("R").info().role;
    server.on("account.sync", () => ({
      ok: {
        version: 9,
        more: false,
        items: [
          { key: "room:R", version: 9, value: { role: "member", from: 3, to: null, banned: false, seq: 3 } },
        ],
      },
    }));
    server.link.deliver({ t: "account", version: 9 });
    await platform.advance(0);
    server.push("R", about(2, "removed"));
    expect(role()).toBe("member");
    server.push("R", about(3, "added"), about(4, "removed"));
    expect(role()).toBeNull();
    server.link.deliver({ t: "account", version: 10 });
    await platform.advance(0);
    expect(role()).toBeNull();
    expect(room?.lines.length).toBe(4);
  });

  test("rises and falls with the events", async () => {
    const { client, server } = await inRoom(1);
    const by = { at: start, ord: 1, by: "ana" };
    server.push("R", { ...by, seq: 2, kind: "role", user: "me", role: "admin" });
    expect(client.room("R").info().role).toBe("admin");
    server.push("R", { ...by, seq: 3, kind: "role", user: "bob", role: "member" });
    expect(client.room("R").info().role).toBe("admin");
    server.push("R", { ...by, seq: 4, kind: "transferred", user: "me" });
    expect(client.room("R").info().role).toBe("owner");
  });
});

describe("an epoch frame", () => {
  test("drops the copy of that room and begins at 0", async () => {
    const { client, server } = await inRoom(3);
    server.link.deliver({ t: "epoch", room: "R", epoch: "F" });
    expect(texts(client)).toEqual([]);
    server.link.deliver({ t: "events", room: "R", epoch: "F", from: 1, events: [posted(1, "bob", "new")] });
    expect(texts(client)).toEqual(["new"]);
  });

  test("forgets what the other incarnation said of my role and of others' marks", async () => {
    const { client, server, platform } = await inRoom(3);
    const room = client.room("R");
    server.push("R", { seq: 4, at: start, ord: 3, by: "ana", kind: "role", user: "me", role: "admin" });
    server.link.deliver({ t: "receipts", room: "R", marks: [["ana", 4, 4]] });
    expect([room.info().role, room.receipts()]).toEqual(["admin", [{ user: "ana", delivered: 4, read: 4 }]]);
    server.room("R", [posted(1, "ana", "m1")]);
    server.link.deliver({ t: "epoch", room: "R", epoch: "F" });
    server.link.deliver({ t: "events", room: "R", epoch: "F", from: 1, events: [posted(1, "ana", "m1")] });
    await platform.advance(100);
    expect([room.info().role, room.receipts()]).toEqual(["member", []]);
  });

  test("a read mark of the other incarnation isn't told to this one", async () => {
    const { client, server, platform } = await inRoom(3);
    client.room("R").markRead();
    server.link.deliver({ t: "epoch", room: "R", epoch: "F" });
    await platform.advance(1_000);
    expect(server.link.ops("room.read")).toEqual([]);
  });
});

describe("a room that we left while away", () => {
  test("is caught up to the event that closed it, and then left alone", async () => {
    const { client, server, platform } = await inRoom(4);
    const resumed = () => server.link.frames("resume").map(({ rooms }) => rooms);
    const drop = async (): Promise<void> => {
      server.link.hangUp(1006);
      await platform.advance(1_000);
    };
    const gone = { seq: 5, at: start, ord: 4, by: "ana", kind: "removed" as const, user: "me" };
    server.rooms.get("R")?.lines.push(gone);
    server.version = 2;
    server.on("account.sync", () => ({
      ok: {
        version: 2,
        more: false,
        items: [{ key: "room:R", version: 2, value: { role: null, from: 1, to: 6, banned: false, seq: 5 } }],
      },
    }));
    await drop();
    expect(resumed()).toEqual([{ R: [epoch, 4] }]);
    expect([client.room("R").info().role, client.room("R").info().head]).toEqual([null, 5]);
    await drop();
    expect(resumed()).toEqual([]);
  });
});

describe("a very long room", () => {
  test("keeps the newest 20,000 lines or a tenth more; the older ones can be loaded again", async () => {
    const { client, server } = await inRoom(1);
    for (let from = 2; from < 23_000; from += 1_000) {
      const events = Array.from({ length: 1_000 }, (_, i) => posted(from + i, "ana", "x"));
      server.link.deliver({ t: "events", room: "R", epoch, from, events });
    }
    const { timeline } = client.room("R");
    expect(timeline.snapshot().length).toBeLessThanOrEqual(22_000);
    expect(timeline.snapshot().length).toBeGreaterThanOrEqual(20_000);
    expect(timeline.hasOlder).toBe(true);
  });
});
