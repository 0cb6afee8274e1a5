import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { type Json, type Log, Unavailable } from "../../../actors/ports.ts";
import { MemoryBus } from "../../../src/bus/memory.ts";
import { ReceiptDesk } from "../../../src/rooms/receipts.ts";
import { settle, startLive, until } from "../../support/live.ts";
import { groupOfTwo, room as written } from "./written-room.ts";

async function given() {
  const node = await startLive();
  const [ana, eve] = [await node.join("ana"), await node.join("eve")];
  const room = await node.room(ana, [eve]);
  const { socket, connection } = await node.connect(ana);
  await node.resume(connection, socket, { [room]: null });
  const flush = async () => {
    await settle();
    node.platform.advance(limits.receiptsFlushMs);
    await settle();
  };
  return { node, ana, eve, room, socket, flush };
}

test("receipts carry the room's head, not the highest mark", async () => {
  const { node, ana, eve, room, socket, flush } = await given();
  await node.call(ana, "room.post", { room, cid: node.cid(), text: "one" });
  await node.call(ana, "room.post", { room, cid: node.cid(), text: "two" });
  await until(() => node.feeds.get(room)?.seq === 3);
  void node.call(eve, "room.delivered", { room, seq: 1 });
  await flush();
  expect(socket.of("receipts").at(-1)).toMatchObject({ seq: 3, marks: [[eve.user, 1, 0]] });
});

test("a mark reaches no further than its setter may see: the head, or the end of a membership", async () => {
  const { node, ana, eve, room, flush } = await given();
  const marks = () => node.store.receipts.of(room, [eve.user]);
  await node.call(ana, "room.post", { room, cid: node.cid(), text: "one" });
  void node.call(eve, "room.delivered", { room, seq: 99 });
  await flush();
  expect(await marks()).toEqual([{ room, user: eve.user, delivered: 2, read: 0 }]);
  void node.call(eve, "room.read", { room, seq: 99 });
  await flush();
  expect(await marks()).toEqual([{ room, user: eve.user, delivered: 2, read: 2 }]);

  await node.call(ana, "room.remove", { room, cid: node.cid(), user: eve.user });
  await node.call(ana, "room.post", { room, cid: node.cid(), text: "after" });
  void node.call(eve, "room.read", { room, seq: 99 });
  await flush();
  expect(await marks()).toEqual([{ room, user: eve.user, delivered: 3, read: 3 }]);
});

test("on a live connection a mark is held against what the feed has sent", async () => {
  const { node, ana, eve, room, flush } = await given();
  const { connection, socket } = await node.connect(eve);
  await node.resume(connection, socket, { [room]: null });
  await node.call(ana, "room.post", { room, cid: node.cid(), text: "one" });
  await until(() => connection.feedOf(room)?.seq === 2);
  const caller = { user: eve.user, session: eve.session, expiresAt: Number.MAX_SAFE_INTEGER };
  const call = { caller, connection: connection.connection, address: "" };
  void node.dispatch("room.delivered", { room, seq: 99 }, call);
  await flush();
  expect(await node.store.receipts.of(room, [eve.user])).toMatchObject([{ delivered: 2, read: 0 }]);
});

test("a mark that couldn't be written is told to nobody, and its setter learns it", async () => {
  const { node, eve, room, socket, flush } = await given();
  const merge = node.store.receipts.merge.bind(node.store.receipts);
  Object.assign(node.store.receipts, { merge: () => Promise.reject(new Unavailable("no store")) });
  const refused = node.call(eve, "room.delivered", { room, seq: 1 }).catch(String);
  await flush();
  expect(await refused).toContain("unavailable");
  expect(socket.of("receipts")).toEqual([]);
  Object.assign(node.store.receipts, { merge });
  void node.call(eve, "room.delivered", { room, seq: 1 });
  await flush();
  expect(socket.of("receipts")).toMatchObject([{ marks: [[eve.user, 1, 0]] }]);
});

test("writing reads nothing: only `read` moves the read mark", async () => {
  const { node, ana, eve, room, flush } = await given();
  await node.call(ana, "room.post", { room, cid: node.cid(), text: "one" });
  await node.call(eve, "room.post", { room, cid: node.cid(), text: "two" });
  await flush();
  expect(await node.store.receipts.of(room, [ana.user, eve.user])).toEqual([]);
  await node.history.caughtUp();
  const { rooms } = await node.call<{ rooms: object[] }>(eve, "room.summaries", { rooms: [room] });
  expect(rooms).toMatchObject([{ read: 0, unread: 1 }]);
});

test("a former member's marks are nobody's business", async () => {
  const { node, ana, eve, room, socket, flush } = await given();
  void node.call(eve, "room.delivered", { room, seq: 1 });
  await settle();
  await node.call(ana, "room.remove", { room, cid: node.cid(), user: eve.user });
  await flush();
  expect(await node.store.receipts.of(room, [eve.user])).toHaveLength(1);
  expect(socket.of("receipts")).toEqual([]);
});

for (const t of ["resume", "sync"]) {
  test(`the cursor of a ${t} counts as delivered, once`, async () => {
    const { node, ana, eve, room, socket, flush } = await given();
    await node.call(ana, "room.post", { room, cid: node.cid(), text: "one" });
    await node.call(ana, "room.post", { room, cid: node.cid(), text: "two" });
    const [document] = await node.store.rooms.many([room]);
    const back = await node.connect(eve);
    const say = async (seq: number) => {
      const before = back.socket.of("live").length;
      const rooms = { [room]: [document?.epoch, seq] };
      node.gateway.receive(back.connection, JSON.stringify({ t, ...(t === "resume" && { n: 1 }), rooms }));
      await until(() => back.socket.of("live").length > before);
      await flush();
    };
    await say(2);
    expect(socket.of("receipts")).toMatchObject([{ seq: 3, marks: [[eve.user, 2, 0]] }]);
    await say(2);
    await say(1);
    expect(socket.of("receipts")).toHaveLength(1);
    await say(3);
    expect(socket.of("receipts").at(-1)).toMatchObject({ seq: 3, marks: [[eve.user, 3, 0]] });
  });
}

test("a resume without a cursor, or with one of another epoch, or of a room that was left, delivers nothing", async () => {
  const { node, ana, eve, room, flush } = await given();
  const back = await node.connect(eve);
  await node.resume(back.connection, back.socket, { [room]: null });
  await node.resume(back.connection, back.socket, { [room]: ["another", 1] });
  const [document] = await node.store.rooms.many([room]);
  await node.call(ana, "room.remove", { room, cid: node.cid(), user: eve.user });
  await until(() => node.feeds.get(room)?.seq === 2);
  await node.resume(back.connection, back.socket, { [room]: [document?.epoch, 1] });
  await flush();
  expect(await node.store.receipts.ofUser(eve.user, [room])).toEqual([]);
});

test("a room of more than receiptsListMax members tells counts to who asks, and lists to nobody", async () => {
  const { node, ana, eve, room, socket, flush } = await given();
  const users: string[] = [];
  while (users.length < limits.receiptsListMax - 1)
    users.push((await node.join(`member-${users.length}`)).user);
  const marks = () => node.call<Record<string, unknown>>(ana, "room.receipts", { room, seq: 1 });
  await node.call(ana, "room.add", { room, cid: node.cid(), users: users.slice(1) });
  void node.call(eve, "room.delivered", { room, seq: 1 });
  await flush();
  expect(socket.of("receipts")).toHaveLength(1);
  expect(await marks()).toEqual({ marks: [[eve.user, 1, 0]] });

  await node.call(ana, "room.add", { room, cid: node.cid(), users: users.slice(0, 1) });
  void node.call(eve, "room.read", { room, seq: 2 });
  await flush();
  expect(socket.of("receipts")).toHaveLength(1);
  expect(await marks()).toEqual({ counts: { delivered: 1, read: 1 } });
  await node.call(eve, "room.typing", { room });
  await settle();
  expect(socket.of("typing")).toEqual([]);
});

test("a room whose log can't be read keeps no other room's receipts back", async () => {
  const { log, store, platform } = await groupOfTwo();
  const tail: Log["tail"] = (id, after, bytesMax) =>
    id === written ? log.tail(id, after, bytesMax) : Promise.reject(new Unavailable("no leader"));
  const bus = new MemoryBus(platform);
  const heard: Json[] = [];
  await bus.subscribe(`room.${written}`, (note) => heard.push(note));
  const faults: unknown[] = [];
  const onFailure = (error: unknown) => faults.push(error);
  const streamOf = () => 0;
  const desk = new ReceiptDesk({ log: { ...log, streamOf, tail } as Log, store, bus, platform, onFailure });
  const marks = ["other", written].map((room) => desk.mark({ room, user: "bob", delivered: 1, read: 0 }, 1));
  await desk.flush();
  await Promise.all(marks);
  await settle();
  expect(heard).toHaveLength(1);
  expect(faults).toHaveLength(1);
});
