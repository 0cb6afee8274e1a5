import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Client, Message, Room } from "../../sdk/api.ts";
import { idOf, join, seen } from "./people.ts";
import { RealServer } from "./server.ts";

let server: RealServer;
const clients: Client[] = [];

beforeAll(async () => {
  server = await RealServer.start();
});
afterAll(async () => {
  for (const client of clients) await client.close();
  await server[Symbol.asyncDispose]();
});

async function person(name: string): Promise<Client> {
  const client = await join(server.url, name);
  clients.push(client);
  return client;
}

const messages = (room: Room): Message[] =>
  room.timeline.snapshot().flatMap((row) => (row.type === "message" ? [row.message] : []));
const texts = (room: Room) => messages(room).map(({ text }) => text);

test("two people find each other and talk; ticks go to read, the badge clears", async () => {
  const [ana, bob] = [await person("ana"), await person("bob")];
  const found = await ana.findUser(bob.me?.name ?? "");
  expect(found?.id).toBe(idOf(bob));
  const room = await ana.direct(idOf(bob));
  await room.send({ text: "hello bob" });
  const info = await seen(bob, "the new room in the list", () =>
    bob.rooms.snapshot().find(({ id }) => id === room.id),
  );
  expect(info).toMatchObject({ kind: "direct", peer: idOf(ana), unread: 1, last: { text: "hello bob" } });
  const there = bob.room(room.id);
  await there.send({ text: "hello ana", re: 2 });
  await seen(ana, "the answer", () => texts(room).includes("hello ana"));
  there.markRead();
  await seen(ana, "the read tick", () => messages(room)[0]?.status === "read");
  await seen(bob, "the cleared badge", () => there.info().unread === 0);
  expect(await room.verify()).toMatchObject({ ok: true, head: 3, events: 3 });
  expect(await there.verify()).toMatchObject({ ok: true, head: 3, events: 3 });
});

test("a deleted message is a tombstone for everybody, and its text is nowhere", async () => {
  const [ana, bob] = [await person("ana"), await person("bob")];
  const room = await ana.createGroup({ name: "Birds", members: [idOf(bob)] });
  const { seq } = await room.send({ text: "secret plan" });
  await room.edit(seq, "secret plan, second version");
  await seen(bob, "the edit", () => texts(bob.room(room.id)).includes("secret plan, second version"));
  await room.remove(seq);
  await seen(
    bob,
    "the tombstone",
    () => messages(bob.room(room.id)).find((message) => message.seq === seq)?.deleted,
  );
  const page = JSON.stringify(await bob.call("room.history", { room: room.id }));
  expect(page).not.toContain("secret");
  const late = await person("late");
  await room.add([idOf(late)]);
  await seen(late, "the room", () => late.rooms.snapshot().find(({ id }) => id === room.id));
  expect(JSON.stringify(await late.call("room.history", { room: room.id }))).not.toContain("secret");
  expect(await bob.room(room.id).verify()).toMatchObject({ ok: true });
});

test("a removed member sees everything up to the removal and nothing after it", async () => {
  const [ana, bob] = [await person("ana"), await person("bob")];
  const room = await ana.createGroup({ name: "Birds", members: [idOf(bob)] });
  await room.send({ text: "before" });
  const there = bob.room(room.id);
  await seen(bob, "the message", () => texts(there).includes("before"));
  await room.kick(idOf(bob));
  await room.send({ text: "after" });
  await seen(bob, "the removal", () => there.info().role === null);
  const page = JSON.stringify(await bob.call("room.history", { room: room.id }));
  expect(page).toContain("before");
  expect(page).not.toContain("after");
  await expect(bob.call("room.members", { room: room.id })).rejects.toMatchObject({ code: "not-found" });
  await expect(there.send({ text: "may I?" })).rejects.toMatchObject({ code: "not-found" });
});

test("a server killed in mid-conversation loses and doubles nothing", async () => {
  const [ana, bob] = [await person("ana"), await person("bob")];
  const room = await ana.createGroup({ name: "Birds", members: [idOf(bob)] });
  await room.send({ text: "first" });
  for (let round = 0; round < 3; round++) {
    const sends = Array.from({ length: 20 }, (_, i) => room.send({ text: `round ${round} message ${i}` }));
    // In the middle of it: some are acked, some in flight, some still queued.
    await sends[3];
    await server.kill();
    await server.start();
    await Promise.all(sends);
  }
  const expected = [
    "first",
    ...[0, 1, 2].flatMap((round) => Array.from({ length: 20 }, (_, i) => `round ${round} message ${i}`)),
  ];
  const there = bob.room(room.id);
  await seen(bob, "all messages", () => texts(there).length >= expected.length);
  expect(texts(room)).toEqual(expected);
  expect(texts(there)).toEqual(expected);
  expect(await there.verify()).toMatchObject({ ok: true, faults: [] });
}, 60_000);

test("SIGTERM drains: clients are told to come back, and do", async () => {
  const ana = await person("ana");
  const room = await ana.createGroup({ name: "Birds" });
  const codes: number[] = [];
  ana.on("connection", ({ code }) => {
    if (code !== undefined) codes.push(code);
  });
  expect(await server.stop()).toBe(0);
  await server.start();
  await ana.ready(20_000);
  expect(codes[0]).toBe(4000);
  expect(await room.send({ text: "still here" })).toMatchObject({ seq: 2 });
}, 60_000);

test("ctrl-c drains too, though it comes twice", async () => {
  const ana = await person("ana");
  const codes: number[] = [];
  ana.on("connection", ({ code }) => {
    if (code !== undefined) codes.push(code);
  });
  expect(await server.interrupt()).toBe(0);
  await server.start();
  await ana.ready(20_000);
  expect(codes[0]).toBe(4000);
}, 60_000);

test("a second server on the same folder is refused, and the first goes on", async () => {
  const second = Bun.spawn([process.execPath, "src/main.ts"], {
    env: { ...process.env, PORT: "0", STARLING_DATA: server.data },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  expect(await second.exited).toBe(1);
  expect(await new Response(second.stderr).text()).toContain("in use");
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});
