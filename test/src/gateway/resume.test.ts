import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../../actors/limits.ts";
import { defaultRates } from "../../../src/operations/rate.ts";
import { openEmbedded } from "../../../src/store/sqlite/open.ts";
import { settle, startLive, until } from "../../support/live.ts";

test("a resume waits for the socket instead of piling up in memory", async () => {
  const dir = await mkdtemp(join(tmpdir(), "starling-"));
  const embedded = await openEmbedded({ dir, fatal: () => process.exit(1) });
  const node = await startLive(embedded);
  const ana = await node.join("ana");
  const rooms: string[] = [];
  for (let i = 0; i < 4; i++) {
    const room = await node.room(ana);
    rooms.push(room);
    const text = "x".repeat(16_000);
    await Promise.all(
      Array.from({ length: 49 }, () => node.call(ana, "room.post", { room, cid: node.cid(), text })),
    );
  }
  await node.history.caughtUp();
  const { socket, connection } = await node.connect(ana);
  let most = 0;
  const push = connection.push.bind(connection);
  connection.push = (frame) => {
    push(frame);
    most = Math.max(most, connection.waiting);
  };
  // It takes one frame a turn, and says so.
  socket.takes = () => {
    setImmediate(() => connection.drained());
    return -1;
  };
  await node.resume(connection, socket, Object.fromEntries(rooms.map((room) => [room, null])));
  const got = socket.of("events").reduce((sum, { events }) => sum + events.length, 0);
  await node[Symbol.asyncDispose]();
  await embedded[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
  expect(got).toBe(4 * 50);
  expect(most).toBeLessThanOrEqual(2 * limits.resumeBytesMax);
  expect(socket.closed).toBeNull();
}, 20_000);

test("a resume of many rooms lets others have the loop", async () => {
  const node = await startLive();
  const ana = await node.join("ana");
  const rooms = Array.from({ length: 100 }, () => node.platform.id());
  const { socket, connection } = await node.connect(ana);
  let turns = 0;
  let over = false;
  const count = () => {
    turns++;
    if (!over) setImmediate(count);
  };
  setImmediate(count);
  await node.resume(connection, socket, Object.fromEntries(rooms.map((room) => [room, null])));
  over = true;
  await settle(2);
  expect(turns).toBeGreaterThanOrEqual(100 / limits.resumeSliceMax - 1);
});

test("many rooms that one comes into are one piece of work, and never the client's fault", async () => {
  const node = await startLive();
  const ana = await node.join("ana");
  const rooms: string[] = [];
  const { socket, connection } = await node.connect(ana);
  for (let i = 0; i < 2 * limits.attachingMax; i++) rooms.push(await node.room(ana));
  for (const room of rooms) node.gateway.enter(connection, [room]);
  await until(() => rooms.every((room) => connection.feedOf(room) !== undefined));
  expect(socket.closed).toBeNull();
});

test("more resumes than may wait are sent back", async () => {
  const node = await startLive();
  const ana = await node.join("ana");
  const { socket, connection } = await node.connect(ana);
  const ask = () => node.gateway.receive(connection, JSON.stringify({ t: "resume", n: 1, rooms: {} }));
  for (let i = 0; i < limits.attachingMax; i++) ask();
  expect(socket.closed).toBeNull();
  ask();
  expect(socket.closed?.code).toBe(4003);
});

const unknown = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      String(i + 11)
        .replaceAll("0", "z")
        .padStart(22, "z"),
      null,
    ]),
  );

test("rooms above a user's budget wait for it, whichever device asks, and nobody else does", async () => {
  const node = await startLive({ rates: { resume: { perSecond: 10, burst: 5 } } });
  const [eve, bob] = [await node.join("eve"), await node.join("bob")];
  const [one, two, bobs] = [
    await node.connect(eve, "1"),
    await node.connect(eve, "2"),
    await node.connect(bob),
  ];
  const ask = ({ connection }: typeof one, rooms: object) =>
    node.gateway.receive(connection, JSON.stringify({ t: "resume", n: 1, rooms }));
  ask(one, unknown(5));
  await until(() => one.socket.of("live").length === 1);
  ask(two, unknown(2));
  await node.resume(bobs.connection, bobs.socket, unknown(5));
  await settle();
  expect(two.socket.of("live")).toHaveLength(0);
  for (let i = 0; i < 2; i++) {
    node.platform.advance(100);
    await settle();
  }
  expect(Object.keys(two.socket.of("live")[0]?.refused ?? {})).toHaveLength(2);
});

test("events cost too: a room that is asked for from far behind takes as many turns as it has slices", async () => {
  const node = await startLive({ rates: { resume: { perSecond: 10, burst: 5 } } });
  const ana = await node.join("ana");
  const room = await node.room(ana);
  for (let i = 0; i < 3 * limits.sliceEventsMax; i++) {
    await node.call(ana, "room.post", { room, cid: node.cid(), text: "x" });
  }
  const { socket, connection } = await node.connect(ana);
  await node.resume(connection, socket, { [room]: null });
  const [epoch] = socket.of("live")[0]?.rooms[room] ?? [""];
  const sync = JSON.stringify({ t: "sync", rooms: { [room]: [epoch, 1] } });
  node.gateway.receive(connection, sync);
  node.gateway.receive(connection, sync);
  await settle();
  // Taken: 1, and 1 with the slice of the newest page. Due: 1 with three slices, and only two are left.
  expect(socket.of("live")).toHaveLength(2);
  node.platform.advance(200);
  await settle();
  expect(socket.of("live")).toHaveLength(3);
});

test("a device comes back to all its rooms and their newest pages at once", () => {
  expect(defaultRates.resume?.burst).toBeGreaterThanOrEqual(2 * limits.roomsPerUserMax);
});
