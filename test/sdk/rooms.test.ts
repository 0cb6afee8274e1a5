import { describe, expect, test } from "bun:test";
import { deleted, edited, epoch, posted, start } from "./entries.ts";
import { online, settled, signedIn } from "./harness.ts";
import { inRoom, messages } from "./room-kit.ts";

const forNow = { error: { code: "unavailable", retryable: true } } as const;

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

  test("learns of it although the server refuses for now to say what changed", async () => {
    const { client, server, platform } = await online();
    server.version = 2;
    server.room("N", [posted(1, "ana", "welcome")]);
    let refusals = 0;
    server.on("account.sync", () => (++refusals < 4 ? forNow : { ok: server.account(1) }));
    server.link.deliver({ t: "account", version: 2 });
    await platform.advance(60_000);
    expect(client.rooms.snapshot()).toMatchObject([{ id: "N", role: "member" }]);
  });

  test("learns of it although the refusal came while it caught up", async () => {
    const { client, server, platform } = await inRoom();
    server.link.hangUp(1006);
    let refusals = 0;
    server.on("room.summaries", () => {
      server.version = 2;
      server.room("N", [posted(1, "ana", "welcome")]);
      server.on("account.sync", () => (++refusals < 2 ? forNow : { ok: server.account(1) }));
      server.link.deliver({ t: "account", version: 2 });
      return "silence";
    });
    await platform.advance(2_000);
    expect([client.connection, refusals]).toEqual(["catching-up", 1]);
    server.on("room.summaries", ({ rooms }) => ({
      ok: { rooms: (rooms as string[]).map((id) => server.summary(id)) },
    }));
    await platform.advance(12_000);
    expect(client.rooms.snapshot().map(({ id }) => id)).toContain("N");
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
    await expect(platform.advance(0)).rejects.toThrow("mine");
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
    await platform.advance(0);
    expect(client.presenceOf("ana")).toEqual({ state: "away", lastSeen: 7 });
    expect(client.presenceOf("bob")).toEqual({ state: "offline", lastSeen: null });
    server.link.deliver({ t: "presence", user: "ana", state: "online", lastSeen: null });
    expect(client.presenceOf("ana").state).toBe("online");
    server.link.hangUp(1006);
    await platform.advance(500);
    expect(server.link.ops("presence.watch")[0]?.in).toEqual({ users: ["ana"] });
    expect(server.link.ops("presence.set")[0]?.in).toEqual({ state: "away" });
  });

  test("is asked for again when the server refuses for now", async () => {
    const { client, server, platform } = await online();
    for (const op of ["presence.watch", "presence.set"]) server.on(op, () => forNow);
    client.watch(["ana"]);
    client.setAway(true);
    await platform.advance(0);
    server.on("presence.watch", () => ({ ok: { states: [{ user: "ana", state: "away", lastSeen: 7 }] } }));
    server.on("presence.set", () => ({ ok: {} }));
    await platform.advance(500);
    expect(client.presenceOf("ana")).toEqual({ state: "away", lastSeen: 7 });
    expect(server.link.ops("presence.set").length).toBe(2);
  });
});
