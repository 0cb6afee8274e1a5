import { expect, test } from "bun:test";
import type { Log, LogRecord } from "../../../actors/ports.ts";
import { serverOf } from "../../../actors/room/frame.ts";
import { Feed } from "../../../src/gateway/feed.ts";
import { MemoryLog } from "../../../src/log/memory.ts";
import { settle, startLive, until } from "../../support/live.ts";
import { manualPlatform } from "../../support/node.ts";
import { groupOfTwo, room } from "../rooms/written-room.ts";

test("a feed whose only reader went while it was attached is closed", async () => {
  const node = await startLive();
  const ana = await node.join("ana");
  const room = await node.room(ana);
  const { connection } = await node.connect(ana);
  await settle();
  node.gateway.receive(connection, JSON.stringify({ t: "resume", n: 1, rooms: { [room]: null } }));
  await Promise.resolve();
  connection.gone();
  await settle();
  expect(node.feeds.get(room)?.size).toBe(0);
  node.platform.advance(20_000);
  expect(node.feeds.size).toBe(0);
});

test("a feed is not dropped from under somebody who is about to read it", async () => {
  const node = await startLive();
  const ana = await node.join("ana");
  const room = await node.room(ana);
  const { connection } = await node.connect(ana);
  (await node.feeds.hold(room, connection)).feed.detach(connection);
  const holding = node.feeds.hold(room, connection);
  node.feeds.drop(room);
  expect(node.feeds.get(room)).toBe((await holding).feed);
});

test("a room that its feed let go right after the release isn't live", async () => {
  const node = await startLive();
  const [ana, eve] = [await node.join("ana"), await node.join("eve")];
  const room = await node.room(ana, [eve]);
  const [anas, eves] = [await node.connect(ana), await node.connect(eve)];
  await node.resume(anas.connection, anas.socket, { [room]: null });
  const feed = node.feeds.get(room);
  if (feed === undefined) throw new Error("ana reads it");
  const release = feed.release.bind(feed);
  feed.release = (subscriber, sight) => {
    // As a removal that is delivered in the very next microtask does.
    queueMicrotask(() => {
      feed.detach(subscriber);
      subscriber.detached(room, "left", [feed.epoch, 2]);
    });
    return release(subscriber, sight);
  };
  await node.resume(eves.connection, eves.socket, { [room]: null });
  expect(eves.socket.of("live").at(-1)).toMatchObject({ rooms: {}, refused: { [room]: "left" } });
  expect(eves.connection.feedOf(room)).toBeUndefined();
});

/** A log whose tail can't be read for some rooms, and whose live records get lost. */
function lossy() {
  const log = new MemoryLog(manualPlatform());
  const state = { broken: new Set<string>(), deaf: false };
  const { subscribe, tail } = log;
  log.subscribe = (room, deliver) =>
    subscribe.call(log, room, (record) => {
      if (!state.deaf) deliver(record);
    });
  log.tail = async (room, after, bytesMax) => {
    if (state.broken.has(room)) throw new Error("a record that nobody can read");
    return await tail.call(log, room, after, bytesMax);
  };
  return { log, state };
}

test("a room that can't be repaired is reported, and the others are", async () => {
  const { log, state } = lossy();
  const node = await startLive({ log });
  const ana = await node.join("ana");
  const rooms = [await node.room(ana), await node.room(ana)];
  const [broken = "", whole = ""] = rooms;
  const { socket, connection } = await node.connect(ana);
  await node.resume(connection, socket, { [broken]: null, [whole]: null });
  state.deaf = true;
  for (const room of rooms) await node.call(ana, "room.post", { room, cid: node.cid(), text: "hi" });
  state.broken.add(broken);
  node.platform.advance(30_000);
  await until(() => {
    // They had their time to arrive.
    node.platform.advance(20);
    return node.feeds.get(whole)?.seq === 2;
  });
  expect(node.feeds.get(broken)?.seq).toBe(1);
  expect(node.faults.map(String)).toContain("Error: a record that nobody can read");
});

test("what was deleted while older lines were read stays deleted for the next who come", async () => {
  const log = new MemoryLog(manualPlatform());
  let hold: Promise<void> | null = null;
  const tail = log.tail.bind(log);
  log.tail = async (...args) => {
    const held = hold;
    hold = null;
    const read = await tail(...args);
    await held;
    return read;
  };
  const node = await startLive({ log });
  const [ana, eve] = [await node.join("ana"), await node.join("eve")];
  const room = await node.room(ana, [eve]);
  await node.call(ana, "room.post", { room, cid: node.cid(), text: "secret" });
  await node.history.caughtUp();
  const first = await node.connect(ana);
  await node.resume(first.connection, first.socket, { [room]: [await epochOf(node, room), 2] });
  const feed = node.feeds.get(room);
  if (feed === undefined) throw new Error("ana reads it");
  const { promise, resolve } = Promise.withResolvers<void>();
  hold = promise;
  const recalled = feed.recall(0, 2);
  await until(() => hold === null);
  await node.call(ana, "room.delete", { room, seq: 2, cid: node.cid() });
  await until(() => feed.seq === 3);
  resolve();
  expect(JSON.stringify(await recalled)).not.toContain("secret");
});

test("feeds that open together compare their heads by one question each time", async () => {
  const log = new MemoryLog(manualPlatform());
  const asked: number[] = [];
  const heads = log.heads.bind(log);
  const node = await startLive({ log });
  const ana = await node.join("ana");
  const rooms = [await node.room(ana), await node.room(ana), await node.room(ana)];
  const { socket, connection } = await node.connect(ana);
  await node.resume(connection, socket, Object.fromEntries(rooms.map((room) => [room, null])));
  log.heads = (of) => {
    asked.push(of.length);
    return heads(of);
  };
  for (let ms = 0; ms < 1_100; ms += 10) {
    node.platform.advance(10);
    await settle(2);
  }
  expect(asked).toEqual([3, 3]);
});

async function epochOf(node: Awaited<ReturnType<typeof startLive>>, room: string): Promise<string> {
  return (await node.store.rooms.many([room]))[0]?.epoch ?? "";
}

const newer = serverOf({ parts: [] }).replace(/"format":\d+/, '"format":99');
for (const [what, server] of [["of a newer version", newer] as const, ["torn", "{"] as const]) {
  test(`a live record that is ${what} is reported: it doesn't end the delivery to other rooms`, async () => {
    const { log, store } = await groupOfTwo();
    const [record] = await log.tail(room, 0, 1);
    const faults: unknown[] = [];
    let deliver = (_: LogRecord) => {};
    const subscribe: Log["subscribe"] = async (_, take) => {
      deliver = take;
      return () => {};
    };
    const sources = { log: { ...log, subscribe } as Log, store };
    const feed = new Feed(room, { ...sources, onFailure: (error) => faults.push(error) });
    await feed.open(async () => ({ seq: 1, epoch: "E" }));
    deliver({ ...(record as LogRecord), from: 2, server });
    expect(faults).toHaveLength(1);
    expect(feed.seq).toBe(1);
  });
}
