import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import {
  type Checkpoint,
  type Log,
  type LogRecord,
  type Position,
  type RoomId,
  Unavailable,
  UnknownOutcome,
  Unreadable,
  type Write,
} from "../../../actors/ports.ts";
import { serverOf } from "../../../actors/room/frame.ts";
import { MemoryBus } from "../../../src/bus/memory.ts";
import { MemoryLog } from "../../../src/log/memory.ts";
import { deadLetters } from "../../../src/readers/dead-letters.ts";
import { startHistory } from "../../../src/readers/history.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { settle, startLive, until } from "../../support/live.ts";
import { manualPlatform } from "../../support/node.ts";

/** A store that refuses what `refuses` names. */
function given() {
  const store = memoryStore();
  const state = { tries: 0, dead: [] as string[], refuses: (_: Write): Error | null => null };
  const apply = store.projection.apply.bind(store.projection);
  store.projection.apply = async (writes, upTo) => {
    state.tries++;
    for (const write of writes) {
      const error = state.refuses(write);
      if (error !== null) throw error;
    }
    return await apply(writes, upTo);
  };
  return { store, state };
}

async function withRooms(log?: Log) {
  const { store, state } = given();
  const node = await startLive(
    { store, ...(log === undefined ? {} : { log }) },
    { refused: (why) => state.dead.push(why) },
  );
  const ana = await node.join("ana");
  const rooms = [await node.room(ana), await node.room(ana)] as const;
  await node.history.caughtUp();
  const post = (room: string) => node.call(ana, "room.post", { room, cid: node.cid(), text: "hi" });
  const seqOf = async (room: string) => (await store.rooms.many([room]))[0]?.seq;
  const pass = async (ms: number) => {
    node.platform.advance(ms);
    await settle(20);
  };
  return { node, store, state, rooms, post, seqOf, pass };
}

test("a record that can't be applied parks its room, not the others, and the checkpoint stays before it", async () => {
  const { node, store, state, rooms, post, seqOf, pass } = await withRooms();
  const [bad, good] = rooms;
  state.refuses = ({ room }) => (room === bad ? new Error("poison") : null);
  const before = await store.projection.checkpoint(0);
  await post(bad);
  await post(good);
  await post(bad);
  await pass(1_000);
  await until(() => node.history.parked() === 1);
  await post(good);
  await pass(1_000);
  expect([await seqOf(bad), await seqOf(good)]).toEqual([1, 3]);
  expect(await store.projection.checkpoint(0)).toBe(before);
  expect(node.faults.map(String)).toContain("Error: poison");
  const letters = () => deadLetters(store.secrets);
  expect(await letters()).toMatchObject([
    { reader: "history", room: bad, seq: 2, why: "refused", error: "Error" },
  ]);
  expect(state.dead).toEqual(["refused"]);
  // Mended: all of it comes, in order, and the checkpoint with it.
  state.refuses = () => null;
  await pass(20_000);
  await node.history.caughtUp();
  expect(await seqOf(bad)).toBe(3);
  expect((await store.messages.range(bad, 1, 9, 9)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(await store.projection.checkpoint(0)).toBeGreaterThan(before);
  expect(await letters()).toEqual([]);
});

test("a letter whose record landed under another reader, after an upgrade say, is dropped", async () => {
  const { node, store, state, rooms, post, pass } = await withRooms();
  state.refuses = ({ room }) => (room === rooms[0] ? new Error("poison") : null);
  await post(rooms[0]);
  await pass(1_000);
  await until(() => node.history.parked() === 1);
  expect(await deadLetters(store.secrets)).toHaveLength(1);
  const ended = node.history[Symbol.asyncDispose]();
  await pass(1_000);
  await ended;
  state.refuses = () => null;
  const { log, bus, platform } = node;
  await using next = startHistory({ log, store, bus, platform, onFailure: () => {} });
  await next.caughtUp();
  expect(await deadLetters(store.secrets)).toEqual([]);
});

test("a record that can't be read parks its room, whoever else is in the stream goes on", async () => {
  const log = new MemoryLog(manualPlatform());
  const bad = new Map<Position, RoomId>();
  /** As the port says: what lies before it comes first. */
  const upTo = (records: LogRecord[]): LogRecord[] => {
    const at = records.findIndex(({ position }) => bad.has(position));
    const first = records[at];
    if (at === 0 && first) throw new Unreadable(first.room, first.position, "truncated", new Uint8Array());
    return at < 0 ? records : records.slice(0, at);
  };
  const [scan, tail] = [log.scan.bind(log), log.tail.bind(log)];
  log.scan = async (...args) => upTo(await scan(...args));
  log.tail = async (...args) => upTo(await tail(...args));
  const { node, store, state, rooms, post, seqOf, pass } = await withRooms(log);
  const [broken, good] = rooms;
  const before = await store.projection.checkpoint(0);
  await post(broken);
  await post(broken);
  const [{ position } = { position: 0 }] = await log.heads([broken]);
  bad.set(position, broken);
  await post(good);
  await pass(1_000);
  await until(() => node.history.parked() === 1);
  await post(good);
  await pass(1_000);
  expect([await seqOf(broken), await seqOf(good)]).toEqual([2, 3]);
  expect(await store.projection.checkpoint(0)).toBe(position - 1);
  expect(before).toBeLessThan(position - 1);
  expect(node.faults.some((fault) => fault instanceof Unreadable)).toBe(true);
  expect(state.dead).toEqual(["truncated"]);
  expect(await deadLetters(store.secrets)).toMatchObject([
    { room: broken, position, seq: null, why: "truncated" },
  ]);
  await pass(1_000);
  expect(node.history.parked()).toBe(1);
  bad.clear();
  await pass(20_000);
  await node.history.caughtUp();
  expect([await seqOf(broken), node.history.parked()]).toEqual([3, 0]);
});

test("a store whose answer is unknown parks nobody", async () => {
  const { node, state, rooms, post, pass, seqOf } = await withRooms();
  state.refuses = () => new UnknownOutcome("the connection broke");
  await post(rooms[0]);
  await pass(1_000);
  await until(() => node.faults.length > 0);
  expect(node.history.parked()).toBe(0);
  state.refuses = () => null;
  await pass(20_000);
  await node.history.caughtUp();
  expect(await seqOf(rooms[0])).toBe(2);
});

test("commits don't cut a back-off short", async () => {
  const { node, state, rooms, post, pass } = await withRooms();
  const [room] = rooms;
  state.refuses = () => new Unavailable("the disk is full");
  await post(room);
  await pass(1_000);
  await until(() => node.faults.length > 0);
  state.tries = 0;
  for (let i = 0; i < 20; i++) {
    await post(room);
    node.history.hurry(0);
    await settle(5);
  }
  expect(state.tries).toBe(0);
  expect(node.history.parked()).toBe(0);
  state.refuses = () => null;
  await pass(20_000);
  await node.history.caughtUp();
});

test("with more rooms parked than letters are kept, the stream counts as lagging where its checkpoint stands", async () => {
  const platform = manualPlatform();
  const log = new MemoryLog(platform);
  const store = memoryStore();
  const told: Checkpoint[] = [];
  const apply = store.projection.apply.bind(store.projection);
  store.projection.apply = async (writes, upTo) => {
    if (upTo !== undefined) told.push(upTo);
    return await apply(writes, upTo);
  };
  const server = serverOf({ parts: [] }).replace(/"format":\d+/, '"format":99');
  const newer = { epoch: "E", from: 1, count: 0, at: platform.now(), frame: "", server };
  const most = limits.deadLettersMax;
  for (let i = 0; i < most; i++) await log.append(`room ${i}`, 0, newer);
  const bus = new MemoryBus(platform);
  await using history = startHistory({ log, store, bus, platform, onFailure: () => {} });
  await until(() => history.parked() === most && told.at(-1)?.reached !== undefined);
  expect(told.at(-1)).toEqual({ stream: 0, position: 0, reached: most });
  await log.append("one more", 0, newer);
  await until(() => {
    platform.advance(10);
    return history.parked() > most && told.at(-1)?.reached === undefined;
  });
  expect(told.at(-1)).toEqual({ stream: 0, position: 0 });
  expect(await deadLetters(store.secrets)).toHaveLength(most);
});

test("a record of a newer format is parked, not misread", async () => {
  const { node, store, rooms, pass } = await withRooms();
  const [room] = rooms;
  const [head] = await node.log.heads([room]);
  const server = serverOf({ parts: [], closed: [] }).replace(/"format":\d+/, '"format":99');
  const draft = { epoch: "e", from: 2, count: 0, at: node.platform.now(), frame: "", server };
  await node.log.append(room, head?.position ?? 0, draft);
  const before = await store.projection.checkpoint(0);
  await pass(1_000);
  await until(() => node.history.parked() === 1);
  expect(await store.projection.checkpoint(0)).toBe(before);
});

test("a store that takes nothing doesn't hold up the end", async () => {
  const { node, state, rooms, post } = await withRooms();
  state.refuses = () => new Unavailable("the disk is full");
  await post(rooms[0]);
  const ending = node[Symbol.asyncDispose]();
  let ended = false;
  void ending.then(() => {
    ended = true;
  });
  while (!ended) {
    await settle(5);
    node.platform.advance(limits.drainMs / 10);
  }
});
