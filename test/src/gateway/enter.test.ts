/** What happens between being told of a room, or of an account, and hearing everything of it. */
import { expect, test } from "bun:test";
import type { Log, LogRecord, Store } from "../../../actors/ports.ts";
import { MemoryLog } from "../../../src/log/memory.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { FakeSocket, settle, startLive, until } from "../../support/live.ts";
import { manualPlatform } from "../../support/node.ts";

/** A store whose second read of a session, the one after the account was read, is answered only when it is let go. */
function hesitant() {
  const memory = memoryStore();
  const go = Promise.withResolvers<void>();
  const state = { reads: 0, go: go.resolve };
  const real = memory.sessions;
  const sessions: Store["sessions"] = {
    create: (session, cap) => real.create(session, cap),
    ofUser: (user) => real.ofUser(user),
    rotate: (...args) => real.rotate(...args),
    revoke: (...args) => real.revoke(...args),
    async byId(id) {
      const session = await real.byId(id);
      if (++state.reads === 2) await go.promise;
      return session;
    },
  };
  return { store: { ...memory, sessions }, state };
}

/** A socket that said hello; its account is read, and its welcome isn't out. */
async function admitted() {
  const { store, state } = hesitant();
  const node = await startLive({ store });
  const [ana, eve] = [await node.join("ana"), await node.join("eve")];
  const socket = new FakeSocket();
  const connection = node.gateway.open(socket, "192.0.2.1", null);
  node.gateway.receive(connection, JSON.stringify({ t: "hello", token: eve.access, tab: "new" }));
  await until(() => state.reads > 1);
  return { node, store, state, ana, eve, socket };
}

test("a change of the account that comes while a socket is admitted is in its welcome", async () => {
  const { node, store, state, ana, eve, socket } = await admitted();
  await node.room(ana, [eve]);
  await node.history.caughtUp();
  await settle();
  const [version] = await store.items.versions([eve.user]);
  state.go();
  await until(() => socket.frames.length > 0);
  expect(socket.of("welcome")).toMatchObject([{ version }]);
});

test("a session that is revoked while its socket is admitted is closed", async () => {
  const { node, state, eve, socket } = await admitted();
  await node.auth.revoke(eve.user, [eve.session]);
  await settle();
  state.go();
  await until(() => socket.closed !== null);
  expect(socket.closed?.code).toBe(4501);
  expect(socket.of("welcome")).toEqual([]);
});

test("a hello that was long in coming doesn't throw out the tab's newer socket", async () => {
  const { node, state, eve, socket } = await admitted();
  const newer = await node.connect(eve, "new");
  state.go();
  await until(() => socket.closed !== null);
  expect(socket.closed?.code).toBe(4502);
  expect(newer.socket.closed).toBeNull();
  expect([...node.gateway.connectionsOf(eve.user)]).toEqual([newer.connection]);
});

test("a room that can't be read when its user comes into it is said to be unavailable", async () => {
  const log = new MemoryLog(manualPlatform());
  const { heads } = log;
  let broken = false;
  log.heads = async (rooms) => {
    if (broken) throw new Error("the log is away");
    return heads.call(log, rooms);
  };
  const node = await startLive({ log });
  const [ana, eve] = [await node.join("ana"), await node.join("eve")];
  const { socket, connection } = await node.connect(eve);
  const room = await node.room(ana, [eve]);
  broken = true;
  node.gateway.enter(connection, [room]);
  await until(() => socket.of("live").length > 0);
  expect(socket.of("live").at(-1)).toMatchObject({ rooms: {}, refused: { [room]: "unavailable" } });
});

/** A log whose live records wait until they are let go. */
function delayed() {
  const log = new MemoryLog(manualPlatform());
  const { subscribe } = log;
  const waiting: (() => void)[] = [];
  log.subscribe = (room: string, deliver: (record: LogRecord) => void) =>
    subscribe.call(log, room, (record) => void waiting.push(() => deliver(record)));
  const letGo = () => {
    for (const deliver of waiting.splice(0)) deliver();
  };
  return { log: log as Log, letGo };
}

test("who was removed and added again before the feed had got there is live in the end", async () => {
  const { log, letGo } = delayed();
  const node = await startLive({ log });
  const [ana, eve] = [await node.join("ana"), await node.join("eve")];
  const room = await node.room(ana, [eve]);
  const { socket, connection } = await node.connect(eve);
  await node.resume(connection, socket, { [room]: null });
  const send = (op: string, more: object) => node.call(ana, op, { room, cid: node.cid(), ...more });
  await send("room.remove", { user: eve.user });
  await send("room.add", { users: [eve.user] });
  // Told of the coming back, while the room is still live here.
  await node.history.caughtUp();
  await settle();
  letGo();
  await until(() => connection.feedOf(room)?.seq === 3 && socket.of("live").length > 1);
  await send("room.post", { text: "welcome back" });
  await settle();
  letGo();
  await until(() => JSON.stringify(socket.of("events")).includes("welcome back"));
});
