import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import type { Account } from "../../../actors/ports.ts";
import { startServer } from "../../../src/gateway/server.ts";
import { defaultRates } from "../../../src/operations/rate.ts";
import { subprotocol } from "../../../src/protocol/frames.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { FakeSocket, settle, startLive, until } from "../../support/live.ts";
import { granted, password } from "../../support/node.ts";

test("logins over a socket are slowed by the client's own address, like those over HTTP", async () => {
  const node = await startLive();
  const eve = await node.join("eve");
  const guess = async (address: string) => {
    const socket = new FakeSocket();
    const connection = node.gateway.open(socket, address, null);
    node.gateway.receive(connection, JSON.stringify({ t: "hello", token: eve.access, tab: address }));
    await until(() => socket.of("welcome").length > 0);
    const login = { name: "nobody", password: "wrong horse battery", device: "d" };
    node.gateway.receive(connection, JSON.stringify({ id: 1, op: "session.login", in: login }));
    await until(() => socket.frames.length > 1);
    return JSON.stringify(socket.frames[1]);
  };
  for (let i = 0; i < limits.loginFreeFailures; i++) await guess("192.0.2.1");
  expect(await guess("192.0.2.1")).toContain("rate-limited");
  expect(await guess("192.0.2.2")).toContain("bad-credentials");
});

test("a socket's address is what our proxy saw, not what the client says", async () => {
  const node = await startLive();
  const eve = await node.join("eve");
  const server = startServer({
    ...{ host: "127.0.0.1", port: 0, origins: [], proxies: 1, gateway: node.gateway },
    http: async () => new Response(""),
    onFailure: (error) => node.faults.push(error),
  });
  const options = {
    protocols: [subprotocol, eve.access],
    headers: { "x-forwarded-for": "10.1.1.1, 203.0.113.7" },
  };
  // Bun's WebSocket takes headers; the browser's types don't know.
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws`, options as never);
  const welcomed = new Promise((resolve) => {
    socket.onmessage = resolve;
  });
  socket.onopen = () => socket.send(JSON.stringify({ t: "hello", tab: "t" }));
  await welcomed;
  const [connection] = node.gateway.connectionsOf(eve.user);
  socket.close();
  await server.stop(true);
  expect(connection?.address).toBe("203.0.113.7");
});

test("a hello that the node is slow to answer is sent back, not signed out", async () => {
  const memory = memoryStore();
  const node = await startLive({
    store: {
      ...memory,
      items: { ...memory.items, versions: () => Promise.withResolvers<number[]>().promise },
    },
  });
  const eve = await node.join("eve");
  const socket = new FakeSocket();
  const connection = node.gateway.open(socket, "192.0.2.1", null);
  node.gateway.receive(connection, JSON.stringify({ t: "hello", token: eve.access, tab: "t" }));
  node.platform.advance(limits.helloMs);
  expect(socket.closed?.code).toBe(4003);
});

test("a socket that says no hello in time is too slow: it may come back with the same token", async () => {
  const node = await startLive();
  const socket = new FakeSocket();
  node.gateway.open(socket, "192.0.2.1", null);
  node.platform.advance(limits.helloMs);
  expect(socket.closed?.code).toBe(4001);
});

test("a token that can't be checked now is sent back, and so are two at a time", async () => {
  const memory = memoryStore();
  const node = await startLive({ store: memory });
  const eve = await node.join("eve");
  const [one, two] = [await node.connect(eve, "1"), await node.connect(eve, "2")];
  const renew = JSON.stringify({ t: "renew", token: eve.access });
  node.gateway.receive(one.connection, renew);
  await until(() => one.socket.of("renewed").length > 0);
  node.gateway.receive(two.connection, renew);
  node.gateway.receive(two.connection, renew);
  expect(two.socket.closed?.code).toBe(4003);
  memory.sessions.byId = () => Promise.reject(new Error("the store is away"));
  node.gateway.receive(one.connection, renew);
  await until(() => one.socket.closed !== null);
  expect(one.socket.closed?.code).toBe(4003);
});

test("a socket whose token has expired does nothing more, from that moment on", async () => {
  const node = await startLive();
  const ana = await node.join("ana");
  const room = await node.room(ana);
  const post = { id: 1, op: "room.post", in: { room, cid: node.cid(), text: "late" } };
  for (const frame of [post, { t: "resume", n: 1, rooms: { [room]: null } }, { t: "sync", rooms: {} }]) {
    const { connection, socket } = await node.connect(ana);
    connection.expiresAt = node.platform.now() + 1;
    node.platform.advance(1);
    node.gateway.receive(connection, JSON.stringify(frame));
    expect(socket.closed?.code).toBe(4500);
    await settle();
  }
  expect((await node.log.heads([room]))[0]?.seq).toBe(1);
});

test("a socket whose token has expired may still renew it, until the next ping", async () => {
  const node = await startLive();
  const ana = await node.join("ana");
  const { connection, socket } = await node.connect(ana);
  connection.expiresAt = node.platform.now();
  node.gateway.receive(connection, JSON.stringify({ t: "renew", token: ana.access }));
  await until(() => socket.of("renewed").length > 0 || socket.closed !== null);
  expect(socket.closed).toBeNull();
});

test("who renews more often than once a second is sent back, each of a session's tabs apart", async () => {
  const { renew } = defaultRates;
  expect(renew?.burst).toBe(limits.connectionsPerSessionMax);
  const node = await startLive({ rates: { renew: { perSecond: 1, burst: 2 } } });
  const eve = await node.join("eve");
  const { socket, connection } = await node.connect(eve);
  const frame = JSON.stringify({ t: "renew", token: eve.access });
  for (const renewed of [1, 2]) {
    node.gateway.receive(connection, frame);
    await until(() => socket.of("renewed").length === renewed);
  }
  node.gateway.receive(connection, frame);
  expect(socket.closed?.code).toBe(4003);
});

test("a socket that takes nothing from one ping to the next is closed as slow, though it says pong", async () => {
  const node = await startLive();
  const eve = await node.join("eve");
  const [stuck, slow] = [await node.connect(eve, "1"), await node.connect(eve, "2")];
  for (const { socket } of [stuck, slow]) socket.takes = () => -1;
  const round = async () => {
    for (let ms = 0; ms < limits.pingMs; ms += 1_000) node.platform.advance(1_000);
    await settle();
    for (const { connection } of [stuck, slow]) node.gateway.receive(connection, '{"t":"pong"}');
  };
  // The first ping clogs them, the second one finds them so.
  await round();
  await round();
  slow.connection.drained();
  expect([stuck.socket.closed, slow.socket.closed]).toEqual([null, null]);
  await round();
  expect(stuck.socket.closed?.code).toBe(4001);
  expect(slow.socket.closed).toBeNull();
});

test("typing goes out once in two seconds, however often a client says it", async () => {
  const node = await startLive();
  const [ana, eve] = [await node.join("ana"), await node.join("eve")];
  const room = await node.room(ana, [eve]);
  const [anas, eves] = [await node.connect(ana), await node.connect(eve)];
  await node.resume(anas.connection, anas.socket, { [room]: null });
  await node.resume(eves.connection, eves.socket, { [room]: null });
  const type = async () => {
    node.gateway.receive(eves.connection, JSON.stringify({ op: "room.typing", in: { room } }));
    await settle();
  };
  for (let i = 0; i < 10; i++) await type();
  expect(anas.socket.of("typing")).toHaveLength(1);
  node.platform.advance(limits.typingGapMs);
  await type();
  expect(anas.socket.of("typing")).toHaveLength(2);
});

test("a storm of hellos asks the store of only so many at once, and all get in", async () => {
  const memory = memoryStore();
  let [asking, most] = [0, 0];
  const answers = Promise.withResolvers<void>();
  const node = await startLive({
    store: {
      ...memory,
      sessions: {
        ...memory.sessions,
        create: (...args) => memory.sessions.create(...args),
        async byId(id) {
          most = Math.max(most, ++asking);
          await answers.promise;
          asking--;
          return await memory.sessions.byId(id);
        },
      },
    },
  });
  const eve = await node.join("eve");
  const sockets = Array.from({ length: 2 * limits.hellosAtOnce }, () => new FakeSocket());
  for (const [i, socket] of sockets.entries()) {
    const connection = node.gateway.open(socket, `192.0.2.${i}`, null);
    node.gateway.receive(connection, JSON.stringify({ t: "hello", token: eve.access, tab: `${i}` }));
  }
  await until(() => asking === limits.hellosAtOnce);
  await settle();
  answers.resolve();
  await until(() => sockets.every((socket) => socket.of("welcome").length > 0));
  expect(most).toBe(limits.hellosAtOnce);
});

test("one more connection than a session may have takes the place of its oldest, and of no other session's", async () => {
  const node = await startLive();
  const eve = await node.join("eve");
  const login = { name: "eve", password, device: "another", label: "" };
  const elsewhere = await node.connect({ ...granted(await node.auth.login(login, "192.0.2.2")) });
  const tabs = [];
  for (let i = 0; i <= limits.connectionsPerSessionMax; i++) tabs.push(await node.connect(eve, `tab ${i}`));
  const closed = tabs.flatMap(({ socket }, i) => (socket.closed === null ? [] : [[i, socket.closed]]));
  expect(closed).toEqual([[0, { code: 4502, reason: "a session has at most 20 connections" }]]);
  expect(elsewhere.socket.closed).toBeNull();
});

test("a connection has so many requests in work; what is above is overloaded, and what is answered makes room", async () => {
  const memory = memoryStore();
  const slow = Promise.withResolvers<Account[]>();
  Object.assign(memory.accounts, { many: () => slow.promise });
  const node = await startLive({ store: memory });
  const eve = await node.join("eve");
  const { connection, socket } = await node.connect(eve);
  const ask = (id: number) => {
    const request = { id, op: "user.many", in: { users: [eve.user] } };
    node.gateway.receive(connection, JSON.stringify(request));
  };
  const replies = () => socket.frames.flatMap((frame) => ("re" in frame ? [frame] : []));
  for (let id = 0; id <= limits.inFlightMax; id++) ask(id);
  await until(() => replies().length > 0);
  expect(replies()).toMatchObject([{ re: limits.inFlightMax, error: { code: "overloaded" } }]);
  slow.resolve([]);
  await until(() => replies().length > limits.inFlightMax);
  ask(1_000);
  await until(() => replies().length > limits.inFlightMax + 1);
  expect(replies().at(-1)).toMatchObject({ re: 1_000, ok: { users: [] } });
});

test("a frame that breaks the rules is told how", async () => {
  const node = await startLive();
  for (const [frame, reason] of [
    [{ id: 1 }, "op: is required"],
    [{ id: 1, op: "room.leave" }, "hello comes first, and nothing before welcome"],
  ] as const) {
    const socket = new FakeSocket();
    node.gateway.receive(node.gateway.open(socket, "192.0.2.1", null), JSON.stringify(frame));
    expect(socket.closed).toEqual({ code: 4503, reason: reason });
  }
});
