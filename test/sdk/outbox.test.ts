import { describe, expect, test } from "bun:test";
import type { Client } from "../../sdk/api.ts";
import { epoch, posted, start } from "./entries.ts";
import type { FakeServer } from "./fake-server.ts";
import { clientOf, online, type Setting, settled, signedIn } from "./harness.ts";
import { messages } from "./room-kit.ts";

const done = (seq: number, n = 1) => ({ ok: { seq, n, at: start, epoch } });
const inRoom = (): Promise<Setting> =>
  online(({ server }) => {
    server.room("R", [posted(1, "ana", "one")]);
  });
const posts = (server: FakeServer) =>
  server.links.flatMap((link) => link.ops("room.post")).map(({ in: input }) => input);
const cidOf = (server: FakeServer, which = 0): string => String(posts(server)[which]?.cid);
const statuses = (client: Client) => messages(client).map(({ text, status }) => `${text} ${status}`);
const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error.code);

describe("a message", () => {
  test("is in the timeline at once, then sending, then stored; its event replaces it without a jump", async () => {
    const { client, server } = await inRoom();
    server.on("room.post", () => "silence");
    const sent = client.room("R").send({ text: "two" });
    expect(statuses(client)).toEqual(["one stored", "two queued"]);
    await settled();
    expect(statuses(client)).toEqual(["one stored", "two sending"]);
    server.link.deliver({ re: server.link.ops("room.post")[0]?.id ?? 0, ...done(2) });
    expect(await sent).toEqual({ seq: 2, cid: cidOf(server) });
    expect(statuses(client)).toEqual(["one stored", "two stored"]);
    const before = client.room("R").timeline.snapshot().at(-1)?.key;
    server.push("R", { seq: 2, at: start + 2, cid: cidOf(server) });
    expect(statuses(client)).toEqual(["one stored", "two stored"]);
    expect(messages(client)[1]).toMatchObject({ seq: 2, by: "me", text: "two" });
    expect(client.room("R").timeline.snapshot().at(-1)?.key).toBe(String(before));
    expect(client.outbox.list()).toEqual([]);
  });

  test("is known by its stub when the reply is lost, and the next one needn't wait", async () => {
    const { client, server } = await inRoom();
    server.on("room.post", () => "silence");
    const sent = client.room("R").send({ text: "two" });
    void outcome(client.room("R").send({ text: "three" }));
    await settled();
    expect(posts(server).length).toBe(1);
    server.push("R", { seq: 2, at: start + 2, cid: cidOf(server) });
    expect(await sent).toEqual({ seq: 2, cid: cidOf(server) });
    expect(posts(server).map((input) => input?.text)).toEqual(["two", "three"]);
    expect(messages(client)[1]).toMatchObject({ seq: 2, text: "two", by: "me" });
  });

  test("that is followed by others keeps its place: one is in flight, and what failed for now goes again", async () => {
    const { client, server, platform } = await inRoom();
    server.on("room.post", () => "silence");
    for (const text of ["two", "three", "four"]) void outcome(client.room("R").send({ text }));
    await settled();
    const answer = (which: number, reply: object) =>
      server.link.deliver({ re: server.link.ops("room.post")[which]?.id ?? 0, ...reply });
    answer(0, done(2));
    await settled();
    // The event comes after the reply: by now the next one is in flight.
    server.push("R", { seq: 2, at: start + 2, cid: cidOf(server) });
    await settled();
    expect(posts(server).map((input) => input?.text)).toEqual(["two", "three"]);
    answer(1, { error: { code: "unavailable", message: "", retryable: true } });
    await platform.advance(2_000);
    expect(posts(server).map((input) => input?.text)).toEqual(["two", "three", "three"]);
  });

  test("is known by its cid when another connection brings its line", async () => {
    const { client, server, platform } = await inRoom();
    server.on("room.post", () => "silence");
    const sent = client.room("R").send({ text: "two" });
    await settled();
    const cid = cidOf(server);
    server.link.hangUp(1006);
    server.room("R", [posted(1, "ana", "one"), posted(2, "me", "two", { cid })]);
    await platform.advance(500);
    expect(await sent).toEqual({ seq: 2, cid });
    expect(posts(server).length).toBe(1);
    expect(statuses(client)).toEqual(["one stored", "two stored"]);
  });

  test("that makes a direct room is the second event of its command", async () => {
    const { client, server } = await online();
    server.on("room.direct", () => ({ ok: { room: "D", exists: false } }));
    server.on("room.post", () => done(1, 2));
    const room = await client.direct("ana");
    expect(room.info()).toMatchObject({ kind: "direct", peer: "ana" });
    expect(room.timeline.hasOlder).toBe(false);
    expect(await room.send({ text: "hi" })).toMatchObject({ seq: 2 });
    expect(posts(server)[0]).toMatchObject({ room: "D", with: "ana", text: "hi" });
  });

  test("that makes a direct room is known by the `created` that carries its cid", async () => {
    const { client, server } = await online();
    server.on("room.direct", () => ({ ok: { room: "D", exists: false } }));
    server.on("room.post", () => "silence");
    const room = await client.direct("ana");
    const sent = room.send({ text: "hi" });
    await settled();
    const settings = { kind: "direct", name: "", about: "", history: "everyone", join: "closed" } as const;
    const created = {
      seq: 1,
      at: start,
      ord: 0,
      by: "me",
      kind: "created",
      room: settings,
      members: [],
    } as const;
    server.push("D", { ...created, members: [], cid: cidOf(server) }, { ...posted(2, "me", "hi"), ord: 1 });
    expect(await sent).toEqual({ seq: 2, cid: cidOf(server) });
    expect(client.outbox.list()).toEqual([]);
  });

  test("that was answered and then fell into a hole is no ghost at the end", async () => {
    const { client, server } = await inRoom();
    server.on("room.post", () => done(2));
    await client.room("R").send({ text: "two" });
    server.link.deliver({ t: "limited", room: "R", epoch, from: 2, to: 40, head: 40 });
    expect(messages(client)).toEqual([]);
    expect(client.outbox.list()).toEqual([]);
  });

  test("goes out in the order of writing, one at a time in a room, rooms beside each other", async () => {
    const { client, server } = await online(({ server }) => {
      server.room("R");
      server.room("S");
    });
    server.on("room.post", () => "silence");
    for (const [room, text] of [
      ["R", "1"],
      ["R", "2"],
      ["S", "3"],
    ] as const) {
      void outcome(client.room(room).send({ text }));
    }
    await settled();
    expect(posts(server).map((input) => input?.text)).toEqual(["1", "3"]);
    const [first] = server.link.ops("room.post");
    server.link.deliver({ re: first?.id ?? 0, ...done(1) });
    await settled();
    expect(posts(server).map((input) => input?.text)).toEqual(["1", "3", "2"]);
  });

  test("written offline goes out when online, with growing UUIDv7 cids", async () => {
    const { client, server, platform } = await inRoom();
    server.on("room.post", () => done(2));
    server.link.hangUp(1006);
    const room = client.room("R");
    const sent = [room.send({ text: "a" }), room.send({ text: "b" }), room.send({ text: "c" })];
    await platform.advance(500);
    await Promise.all(sent);
    const cids = posts(server).map((input) => String(input?.cid));
    expect(cids).toEqual([...cids].sort());
    for (const cid of cids)
      expect(cid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(posts(server).map((input) => input?.again)).toEqual([undefined, undefined, undefined]);
  });
});

describe("an unknown outcome", () => {
  test("is asked again under the same cid and body after a timeout", async () => {
    const { client, server, platform } = await inRoom();
    server.on("room.post", () => "silence");
    const sent = client.room("R").send({ text: "two", re: 1 });
    await platform.advance(10_000 + 500);
    expect(posts(server).length).toBe(2);
    expect(posts(server)[1]).toEqual({ ...posts(server)[0], again: true });
    server.link.deliver({ re: server.link.ops("room.post")[1]?.id ?? 0, ...done(2) });
    expect(await sent).toMatchObject({ seq: 2 });
  });

  test("is asked again on the next connection", async () => {
    const { client, server, platform } = await inRoom();
    server.on("room.post", () => "silence");
    const sent = client.room("R").send({ text: "two" });
    await settled();
    server.link.hangUp(1006);
    server.on("room.post", () => done(2));
    await platform.advance(1_000);
    expect(await sent).toMatchObject({ seq: 2 });
    expect(posts(server)[1]).toEqual({ ...posts(server)[0], again: true });
  });

  test("doesn't sit out its pause when the connection is back", async () => {
    const { client, server, platform } = await inRoom();
    platform.chance = 0.999;
    server.on("room.post", () => ({ error: { code: "unavailable", retryable: true } }));
    const sent = client.room("R").send({ text: "two" });
    await platform.advance(20_000);
    const tries = posts(server).length;
    server.link.hangUp(1006);
    server.on("room.post", () => done(2));
    await platform.advance(500);
    expect(posts(server).length).toBe(tries + 1);
    expect(await sent).toMatchObject({ seq: 2 });
  });

  for (const code of ["unknown", "overloaded", "unavailable", "rate-limited", "internal"] as const) {
    test(`${code} is asked again, not before retryAfterMs`, async () => {
      const { client, server, platform } = await inRoom();
      server.on("room.post", () => ({ error: { code, retryable: true, retryAfterMs: 3_000 } }));
      const sent = client.room("R").send({ text: "two" });
      await platform.advance(2_999);
      expect(posts(server).length).toBe(1);
      server.on("room.post", () => done(2));
      await platform.advance(1);
      expect(await sent).toMatchObject({ seq: 2 });
      expect(posts(server)[1]).toEqual({ ...posts(server)[0], again: true });
    });
  }
});

describe("a restart", () => {
  test("finds what was written, sends it as `again` in the old order, and shows it meanwhile", async () => {
    const { client, server, storage, platform } = await inRoom();
    server.link.hangUp(1006);
    const room = client.room("R");
    const lost = [outcome(room.send({ text: "a" })), outcome(room.send({ text: "b" }))];
    await settled();
    await client.close();
    expect(await Promise.all(lost)).toEqual(["unknown", "unknown"]);

    server.on("room.post", () => "silence");
    const next = clientOf({ platform, server, storage });
    await next.connect();
    expect(statuses(next)).toEqual(["a queued", "b queued"]);
    await platform.advance(0);
    expect(posts(server)).toMatchObject([{ text: "a", again: true }]);
    server.link.deliver({ re: server.link.ops("room.post")[0]?.id ?? 0, ...done(2) });
    await settled();
    expect(posts(server)).toMatchObject([{ text: "a" }, { text: "b", again: true }]);
  });

  test("keeps the command before the first byte goes out", async () => {
    const { server, storage, client } = await inRoom();
    let keep = (): void => {};
    const put = storage.put.bind(storage);
    storage.put = (entries) =>
      new Promise((resolve) => {
        keep = () => resolve(put(entries));
      });
    server.on("room.post", () => done(2));
    const sent = client.room("R").send({ text: "two" });
    await settled();
    expect(posts(server)).toEqual([]);
    expect(statuses(client)).toEqual(["one stored", "two queued"]);
    keep();
    await settled();
    expect(posts(server).length).toBe(1);
    expect(await sent).toMatchObject({ seq: 2 });
  });

  test("what isn't kept yet doesn't go out, even when the connection comes meanwhile", async () => {
    const { client, server, storage, platform } = await inRoom();
    server.link.hangUp(1006);
    storage.put = () => new Promise(() => {});
    void outcome(client.room("R").send({ text: "two" }));
    await platform.advance(500);
    expect(client.connection).toBe("online");
    expect(posts(server)).toEqual([]);
  });

  test("a command that landed long ago, deep in a hole, is no ghost at the end", async () => {
    const { client, server, platform } = await inRoom();
    server.on("room.post", () => "silence");
    const sent = client.room("R").send({ text: "two" });
    await settled();
    server.link.hangUp(1006);
    server.resumes = false;
    await platform.advance(500);
    server.link.deliver({ t: "limited", room: "R", epoch, from: 2, to: 90, head: 91 });
    server.link.deliver({ t: "events", room: "R", epoch, from: 91, events: [posted(91, "ana", "new")] });
    server.on("room.post", () => done(2));
    const n = server.link.frames("resume")[0]?.n;
    server.link.deliver({ t: "live", n, rooms: { R: [epoch, 91] }, refused: {} });
    await platform.advance(1_000);
    expect(await sent).toMatchObject({ seq: 2 });
    expect(statuses(client)).toEqual(["new stored"]);
  });

  test("what is being kept when the client closes is kept before close() is over", async () => {
    const { client, storage } = await inRoom();
    const { promise: written, resolve: write } = Promise.withResolvers<void>();
    const put = storage.put.bind(storage);
    storage.put = (entries) => written.then(() => put(entries));
    const sent = outcome(client.room("R").send({ text: "on my way out" }));
    let closed = false;
    const closing = client.close().then(() => {
      closed = true;
    });
    expect(await sent).toBe("unknown");
    await settled();
    expect(closed).toBe(false);
    write();
    await closing;
    expect(await storage.keys("outbox:")).toHaveLength(1);
  });

  test("a storage that can't keep it fails the message instead of sending it", async () => {
    const { client, server, storage } = await inRoom();
    storage.put = () => Promise.reject(new Error("quota"));
    expect(await outcome(client.room("R").send({ text: "two" }))).toBe("unavailable");
    expect(posts(server)).toEqual([]);
    expect(statuses(client)).toEqual(["one stored", "two failed"]);
  });

  test("a message that couldn't be kept doesn't hold up the next one, which was", async () => {
    const { client, server, storage } = await inRoom();
    server.on("room.post", () => "silence");
    const [{ put }, writing] = [storage, Promise.withResolvers<void>()];
    storage.put = () => {
      storage.put = put;
      return writing.promise;
    };
    for (const text of ["two", "three"]) void outcome(client.room("R").send({ text }));
    await settled();
    expect(posts(server)).toEqual([]);
    writing.reject(new Error("quota"));
    await settled();
    expect(posts(server)).toMatchObject([{ text: "three" }]);
  });
});

describe("a final refusal", () => {
  const refused = async (): Promise<Setting & { sent: Promise<unknown> }> => {
    const setting = await inRoom();
    setting.server.on("room.post", () => ({ error: { code: "forbidden" } }));
    const sent = outcome(setting.client.room("R").send({ text: "two" }));
    await settled();
    return { ...setting, sent };
  };

  test("fails the message; a retry by the user goes under a new cid", async () => {
    const { client, server, sent } = await refused();
    expect(await sent).toBe("forbidden");
    expect(messages(client)[1]).toMatchObject({
      text: "two",
      status: "failed",
      error: "forbidden",
      seq: null,
    });
    server.on("room.post", () => done(2));
    await client.outbox.retry(cidOf(server));
    expect(posts(server)[1]?.cid).not.toBe(cidOf(server));
    expect(posts(server)[1]?.again).toBeUndefined();
    expect(statuses(client)).toEqual(["one stored", "two stored"]);
  });

  test("is still shown after a restart, and not sent by itself", async () => {
    const { client, server, storage, platform } = await refused();
    await client.close();
    const next = clientOf({ platform, server, storage });
    await next.connect();
    await platform.advance(60_000);
    expect(posts(server).length).toBe(1);
    expect(statuses(next)).toContain("two failed");
    await next.outbox.discard(cidOf(server));
    expect(statuses(next)).toEqual(["one stored"]);
    expect(await storage.keys("outbox:")).toEqual([]);
  });

  test("doesn't hold up the next message", async () => {
    const { client, server } = await refused();
    server.on("room.post", () => done(2));
    expect(await client.room("R").send({ text: "three" })).toMatchObject({ seq: 2 });
  });

  test("of anything but a message is only its caller's", async () => {
    const { client, server } = await inRoom();
    server.on("room.rename", () => ({ error: { code: "forbidden" } }));
    expect(await outcome(client.room("R").rename("x"))).toBe("forbidden");
    expect(client.outbox.list()).toEqual([]);
  });

  test("a clock that runs ahead is corrected by the server's, and the command gets a new cid", async () => {
    const { client, server, platform } = await inRoom();
    platform.time += 7_200_000;
    server.on("room.post", ({ cid }) =>
      Number.parseInt(String(cid).replaceAll("-", "").slice(0, 12), 16) > start + 60_000
        ? { error: { code: "clock", now: start } }
        : done(2),
    );
    expect(await client.room("R").send({ text: "two" })).toMatchObject({ seq: 2, cid: cidOf(server, 1) });
    expect(posts(server).map((input) => input?.again)).toEqual([undefined, undefined]);
  });
});

describe("limits", () => {
  test("the outbox has one, and says so", async () => {
    const { client } = await signedIn();
    const sends = Array.from({ length: 1_001 }, () => outcome(client.room("R").send({ text: "x" })));
    await settled();
    expect(client.outbox.list().length).toBe(1_000);
    await client.close();
    expect((await Promise.all(sends)).filter((code) => code === "limit").length).toBe(1);
  });

  test("4,097 cids in one millisecond still grow", async () => {
    const { client } = await signedIn();
    const cids: string[] = [];
    for (let i = 0; i < 5_000; i += 1_000) {
      for (let j = 0; j < 1_000; j++) void outcome(client.room("R").send({ text: "x" }));
      cids.push(...client.outbox.list().map(({ cid }) => cid));
      await client.close();
    }
    expect(cids).toEqual([...new Set(cids)].sort());
  });
});
