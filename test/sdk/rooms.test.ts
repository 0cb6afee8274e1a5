import { describe, expect, test } from "bun:test";
import type { Entry } from "../../actors/room/frame.ts";
import type { Client, Message } from "../../sdk/api.ts";
import {
  deleted,
  edited,
  epoch,
  online,
  posted,
  reacted,
  type Setting,
  settled,
  signedIn,
  start,
  tombstone,
} from "./harness.ts";

const messages = (client: Client, room = "R"): Message[] =>
  client
    .room(room)
    .timeline.snapshot()
    .flatMap((row) => (row.type === "message" ? [row.message] : []));
const texts = (client: Client): string[] => messages(client).map(({ text }) => text);
const inRoom = (count = 1): Promise<Setting> =>
  online(({ server }) => {
    server.room(
      "R",
      Array.from({ length: count }, (_, i) => posted(i + 1, "ana", `m${i + 1}`)),
    );
  });

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

describe("the timeline", () => {
  test("is the same array until something changed, and rows keep their identity", async () => {
    const { client, server } = await inRoom(2);
    const { timeline } = client.room("R");
    let calls = 0;
    const off = timeline.subscribe(() => calls++);
    await settled();
    calls = 0;
    const before = timeline.snapshot();
    expect(timeline.snapshot()).toBe(before);
    server.push("R", reacted(3, 2, "+", "bob"));
    const after = timeline.snapshot();
    expect(calls).toBe(1);
    expect(after).not.toBe(before);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    off();
    server.push("R", posted(4, "ana", "m4"));
    expect(calls).toBe(1);
  });

  test("can be handed around without its object, as useSyncExternalStore does", async () => {
    const { client } = await inRoom(2);
    const { snapshot, subscribe } = client.room("R").timeline;
    subscribe(() => {})();
    expect(snapshot().length).toBe(2);
    const list = client.rooms;
    const { snapshot: rooms } = list;
    expect(rooms().length).toBe(1);
  });

  test("shows a deleted message as such, and its edits not at all", async () => {
    const { client, server } = await inRoom(1);
    server.push("R", edited(2, 1, "new"));
    expect(messages(client)).toMatchObject([{ text: "new", editedAt: start + 2 }]);
    server.push("R", deleted(3, 1));
    expect(messages(client)).toMatchObject([{ text: "", deleted: true, seq: 1 }]);
  });

  test("knows a tombstone of a post from that of an edit, also where the deletion isn't loaded", async () => {
    const { client } = await online(({ server }) => {
      server.room("R", [
        { ...tombstone(1, "ana", 90), ord: 1 },
        { ...tombstone(2, "ana", 90), ord: 1 },
        { ...posted(3, "ana", "m3"), ord: 2 },
      ]);
    });
    expect(messages(client).map(({ seq, deleted }) => [seq, deleted])).toEqual([
      [1, true],
      [3, false],
    ]);
  });

  test("notes what happened to the room, and passes over what it doesn't know how to show", async () => {
    const { client, server } = await inRoom(1);
    server.push("R", { seq: 2, at: start + 2, ord: 1, by: "ana", kind: "renamed", name: "New" });
    expect(client.room("R").timeline.snapshot()[1]).toEqual({
      ...{ type: "note", key: "2", seq: 2, at: start + 2, by: "ana" },
      event: { kind: "renamed", name: "New" },
    });
  });

  test("fetches its own line where nobody remembers the body", async () => {
    const { client, server, platform } = await inRoom(1);
    server.room("R", [posted(1, "ana", "m1"), posted(2, "me", "from an earlier life")]);
    server.link.deliver({
      t: "events",
      room: "R",
      epoch,
      from: 2,
      events: [{ seq: 2, at: start, cid: "c" }],
    });
    await platform.advance(0);
    expect(server.link.ops("room.history")[0]?.in).toMatchObject({ after: 1, limit: 1 });
    expect(texts(client)).toEqual(["m1", "from an earlier life"]);
  });
});

describe("the list of rooms", () => {
  test("is sorted by activity and tells its listeners once per frame of the display", async () => {
    const { client, server, platform } = await online(({ server }) => {
      server.room("A", [posted(1, "ana", "a")]);
      server.room("B", [posted(1, "ana", "b1"), posted(2, "ana", "b2")]);
    });
    await platform.advance(16);
    expect(client.rooms.snapshot().map(({ id }) => id)).toEqual(["B", "A"]);
    let calls = 0;
    client.rooms.subscribe(() => calls++);
    server.push("A", posted(2, "ana", "a2"), posted(3, "ana", "a3"));
    server.push("A", posted(4, "ana", "a4"));
    expect(calls).toBe(0);
    await platform.advance(16);
    expect(calls).toBe(1);
    expect(client.rooms.snapshot().map(({ id, last }) => [id, last?.text])).toEqual([
      ["A", "a4"],
      ["B", undefined],
    ]);
    expect(client.rooms.snapshot()).toBe(client.rooms.snapshot());
  });

  test("follows names, members and the newest text by events alone", async () => {
    const { client, server, platform } = await inRoom(1);
    await platform.advance(100);
    const asked = server.link.ops("room.summaries").length;
    const stamp = (seq: number) => ({ seq, at: start + seq, ord: 1, by: "ana" });
    server.push("R", { ...stamp(2), kind: "renamed", name: "Tea" });
    server.push("R", { ...stamp(3), kind: "joined", role: "member" });
    server.push("R", { ...stamp(4), kind: "history", history: "joined" });
    server.push("R", posted(5, "ana", "m5"), edited(6, 5, "m5!"));
    await platform.advance(100);
    expect(client.room("R").info()).toMatchObject({
      ...{ name: "Tea", members: 3, history: "joined", head: 6 },
      last: { text: "m5!", seq: 5 },
    });
    expect(server.link.ops("room.summaries").length).toBe(asked);
  });

  test("asks again what an event doesn't tell: a ban, and the newest post after a deletion", async () => {
    const { client, server, platform } = await inRoom(2);
    await platform.advance(100);
    const asked = server.link.ops("room.summaries").length;
    server.push("R", posted(3, "ana", "m3"), deleted(4, 3));
    expect(client.room("R").info().last).toBeNull();
    await platform.advance(100);
    expect(server.link.ops("room.summaries").length).toBe(asked + 1);
    server.push("R", { seq: 5, at: start, ord: 2, by: "ana", kind: "banned", user: "bob" });
    await platform.advance(100);
    expect(server.link.ops("room.summaries").length).toBe(asked + 2);
  });

  test("learns of a new room through the account, and the room comes alive by itself", async () => {
    const { client, server, platform } = await online();
    server.version = 2;
    server.room("N", [posted(1, "ana", "welcome")]);
    server.link.deliver({ t: "account", version: 2 });
    server.link.deliver({ t: "events", room: "N", epoch, from: 1, events: [posted(1, "ana", "welcome")] });
    await platform.advance(100);
    expect(client.rooms.snapshot()).toMatchObject([{ id: "N", role: "member" }]);
    expect(messages(client, "N")).toMatchObject([{ text: "welcome" }]);
    expect(server.link.frames("resume")).toEqual([]);
  });

  test("asks for at most a hundred summaries at once", async () => {
    const { client, server } = await online(({ server }) => {
      for (let i = 0; i < 150; i++) server.room(`R${i}`, [posted(1, "ana", "x")]);
    });
    expect(
      server.link.ops("room.summaries").map(({ in: input }) => (input as { rooms: string[] }).rooms.length),
    ).toEqual([100, 50]);
    expect(client.rooms.snapshot().length).toBe(150);
  });
});

describe("news", () => {
  test("are what comes after the first catch-up, own ones included, once each", async () => {
    const { client, server, platform } = await signedIn();
    server.room("R", [posted(1, "ana", "old")]);
    const heard: string[] = [];
    client.on("message", ({ text }) => heard.push(text));
    await client.connect();
    await settled();
    server.push("R", posted(2, "ana", "new"));
    server.link.deliver({ t: "events", room: "R", epoch, from: 2, events: [posted(2, "ana", "new")] });
    server.link.hangUp(1006);
    server.rooms.get("R")?.lines.push(posted(3, "ana", "missed"));
    await platform.advance(500);
    await client.room("R").timeline.older();
    expect(heard).toEqual(["new", "missed"]);
  });

  test("a listener that throws doesn't hold up the others, nor the room", async () => {
    const { client, server, platform } = await inRoom(1);
    client.on("message", () => {
      throw new Error("mine");
    });
    let heard = 0;
    client.on("message", () => heard++);
    server.push("R", posted(2, "ana", "m2"));
    expect([heard, client.room("R").info().head]).toEqual([1, 2]);
    expect(platform.advance(0)).rejects.toThrow("mine");
  });

  test("an aborted signal ends a subscription", async () => {
    const { client, server } = await inRoom(1);
    const abort = new AbortController();
    let heard = 0;
    client.on("message", () => heard++, { signal: abort.signal });
    abort.abort();
    server.push("R", posted(2, "ana", "m2"));
    expect(heard).toBe(0);
    client.on("message", () => heard++, { signal: abort.signal });
    server.push("R", posted(3, "ana", "m3"));
    expect(heard).toBe(0);
  });
});

describe("typing", () => {
  test("is sent at most every 3 s, and nobody waits for a reply", async () => {
    const { client, server, platform } = await inRoom();
    const room = client.room("R");
    room.typing();
    await platform.advance(2_999);
    room.typing();
    await platform.advance(1);
    room.typing();
    expect(server.link.ops("room.typing")).toEqual([
      { op: "room.typing", in: { room: "R" } },
      { op: "room.typing", in: { room: "R" } },
    ]);
  });

  test("of others is forgotten after 5 s, or when their message comes", async () => {
    const { client, server, platform } = await inRoom();
    const typing = (): readonly string[] => client.room("R").info().typing;
    server.link.deliver({ t: "typing", room: "R", user: "ana", seq: 1 });
    server.link.deliver({ t: "typing", room: "R", user: "bob", seq: 1 });
    expect(typing()).toEqual(["ana", "bob"]);
    server.push("R", posted(2, "ana", "m2"));
    expect(typing()).toEqual(["bob"]);
    await platform.advance(4_000);
    server.link.deliver({ t: "typing", room: "R", user: "bob", seq: 2 });
    await platform.advance(4_000);
    expect(typing()).toEqual(["bob"]);
    await platform.advance(1_000);
    expect(typing()).toEqual([]);
  });
});

describe("presence", () => {
  test("is asked for whom we watch, and again on each connection", async () => {
    const { client, server, platform } = await online();
    server.on("presence.watch", () => ({ ok: { states: [{ user: "ana", state: "away", lastSeen: 7 }] } }));
    server.on("presence.set", () => ({ ok: {} }));
    client.watch(["ana"]);
    client.setAway(true);
    await settled();
    expect(client.presenceOf("ana")).toEqual({ state: "away", lastSeen: 7 });
    expect(client.presenceOf("bob")).toEqual({ state: "offline", lastSeen: null });
    server.link.deliver({ t: "presence", user: "ana", state: "online", lastSeen: null });
    expect(client.presenceOf("ana").state).toBe("online");
    server.link.hangUp(1006);
    await platform.advance(500);
    expect(server.link.ops("presence.watch")[0]?.in).toEqual({ users: ["ana"] });
    expect(server.link.ops("presence.set")[0]?.in).toEqual({ state: "away" });
  });
});
