import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { chosen, placeOf } from "../../../src/cluster/placement.ts";
import { seqsOf } from "../../support/frames.ts";
import type { Person } from "../../support/live.ts";
import { type Seat, type World, world } from "../../support/nodes.ts";

const names = ["a", "b", "c"];

async function three(seed = 1) {
  const given = world(seed);
  const seats: Seat[] = [];
  for (const name of names) seats.push(await given.start(name));
  const [ana, bob] = [await given.person("ana"), await given.person("bob")];
  const [first] = seats as [Seat];
  const created = { cid: given.cid(), name: "x", members: [bob.user] };
  const { room } = await first.call<{ room: string }>(ana, "room.create", created);
  const owner = seats.find(({ name }) => name === chosen(room, names.map(placeOf))) as Seat;
  const others = seats.filter((seat) => seat !== owner) as [Seat, Seat];
  return { given, seats, owner, others, ana, bob, room };
}

function post(given: World, seat: Seat, who: Person, room: string, text: string) {
  return seat.call<{ seq: number }>(who, "room.post", { room, cid: given.cid(), text });
}

/** Somebody with the room live at this node, from its beginning. */
async function listen(seat: Seat, who: Person, room: string) {
  const { socket, connection } = await seat.connect(who);
  await seat.resume(connection, socket, { [room]: null });
  return { socket, connection };
}

test("people on three nodes make one chat, decided by one actor", async () => {
  const { given, seats, owner, ana, bob, room } = await three();
  const ears: Awaited<ReturnType<typeof listen>>[] = [];
  for (const seat of seats) ears.push(await listen(seat, await given.session(bob), room));
  for (const seat of seats) await post(given, seat, ana, room, `at ${seat.name}`);
  await given.until(() => ears.every(({ socket }) => seqsOf(socket, room).at(-1) === 4));
  for (const { socket } of ears) expect(seqsOf(socket, room)).toEqual([1, 2, 3, 4]);
  expect(owner.node.router?.counts.sent).toBe(0);
});

test("a refusal of something sent before is final, whichever node it came from, also when its reason is gone", async () => {
  const { given, seats, others, ana, bob, room } = await three();
  const denied = (seat: Seat, cid: string) =>
    seat.call(bob, "room.rename", { room, cid, name: "Bob's", again: true }).then(
      () => "done",
      (error: Error) => error.message,
    );
  const cids = seats.map(() => given.cid());
  for (const [i, seat] of seats.entries()) expect(await denied(seat, cids[i] ?? "")).toContain("forbidden");
  await others[0].call(ana, "room.role", { room, cid: given.cid(), user: bob.user, role: "admin" });
  for (const cid of cids) expect(await denied(others[1], cid)).toContain("closed");
});

test("an owner that is killed costs the next sender a moment, and nothing is lost or doubled", async () => {
  const { given, owner, others, ana, bob, room } = await three();
  const [here, there] = others;
  const ear = await listen(there, bob, room);
  await post(given, here, ana, room, "before");
  owner.crash();
  const began = given.sim.now();
  await post(given, here, ana, room, "after");
  expect(given.sim.now() - began).toBeLessThan(100);
  await given.until(() => seqsOf(ear.socket, room).length === 3);
  expect(seqsOf(ear.socket, room)).toEqual([1, 2, 3]);
});

test("an owner that freezes in the middle of a command costs its sender four seconds; the command lands once", async () => {
  const { given, owner, others, ana, room } = await three();
  const [here] = others;
  await post(given, here, ana, room, "warm");
  owner.platform.freeze();
  const began = given.sim.now();
  const { seq } = await post(given, here, ana, room, "into the ice");
  expect(given.sim.now() - began).toBeWithin(3_000, 4_500);
  // It still holds the command, and decides it now.
  owner.platform.thaw();
  await given.elapsed(5_000);
  expect(await given.log.heads([room])).toMatchObject([{ seq }]);
});

test("a node that leaves under load has decided all that it took: what happens to it then costs nobody anything", async () => {
  const { given, owner, others, ana, room } = await three();
  const sent = Array.from({ length: 60 }, (_, i) => post(given, others[i % 2] as Seat, ana, room, `${i}`));
  const began = given.sim.now();
  // Its first turn is in the middle of an append.
  const append = given.log.append.bind(given.log);
  const appending = Promise.withResolvers<void>();
  given.log.append = async (...args) => {
    appending.resolve();
    await new Promise<void>((resolve) => given.infra.after(50, resolve));
    return await append(...args);
  };
  await given.settled(appending.promise);
  const leaving = given.settled(owner.node.leave());
  const more = Array.from({ length: 60 }, (_, i) =>
    post(given, others[i % 2] as Seat, ana, room, `more ${i}`),
  );
  await leaving;
  owner.crash();
  const seqs = (await Promise.all([...sent, ...more])).map(({ seq }) => seq);
  expect(new Set(seqs).size).toBe(120);
  expect(Math.max(...seqs)).toBe(121);
  expect(given.sim.now() - began).toBeLessThan(1_000);
});

test("history is read by one node for each stream, and by the next one when that leaves or dies", async () => {
  const { given, seats, ana, room } = await three();
  const reading = () => seats.filter(({ node }) => node.history.streams().length > 0);
  const documented = async (text: string) => {
    const { seq } = await post(given, seats.at(-1) as Seat, ana, room, text);
    for (let stored = 0; stored < seq; ) {
      await given.elapsed(20);
      stored = (await given.store.rooms.many([room]))[0]?.seq ?? 0;
    }
  };
  expect(reading()).toHaveLength(1);
  await documented("one");
  const [first] = reading() as [Seat];
  if (first === seats.at(-1)) seats.reverse();
  await given.settled(first.node.leave());
  await given.until(() => reading().length === 1 && !reading().includes(first));
  await documented("two");
  const [second] = reading() as [Seat];
  const last = seats.find((seat) => seat !== first && seat !== second) as Seat;
  second.crash();
  seats.splice(0, seats.length, last);
  await given.until(() => reading().includes(last));
  await documented("three");
});

test("a reader's own writes are in what it reads next, whichever node it asks", async () => {
  const { given, seats, ana, bob, room } = await three();
  for (const [i, seat] of seats.entries()) {
    const { seq } = await post(given, seats[(i + 1) % 3] as Seat, ana, room, "x");
    const began = given.sim.now();
    const read = await seat.call<{ unread: number; seq: number }>(bob, "room.read", { room, seq: seq - 1 });
    expect(read).toMatchObject({ seq, unread: 1 });
    expect(given.sim.now() - began).toBeLessThan(450);
  }
});

test("a node that the log's leaders don't answer isn't ready, and after ten seconds sends its sockets elsewhere", async () => {
  const { given, seats, bob, room } = await three();
  const [seat, other] = seats as [Seat, Seat];
  const ear = await listen(seat, bob, room);
  seat.broken.log = true;
  const began = given.sim.now();
  await given.until(() => seat.node.notReady() === "log");
  expect(ear.socket.closed).toBeNull();
  await given.until(() => ear.socket.closed !== null);
  expect(given.sim.now() - began).toBeWithin(
    limits.cutOffMs - limits.pulseMs,
    limits.cutOffMs + 2 * limits.pulseMs,
  );
  expect(ear.socket.closed?.code).toBe(4000);
  const { socket } = await seat.connect(bob);
  expect(socket.closed?.code).toBe(4000);
  expect(other.node.notReady()).toBeNull();
  seat.broken.log = false;
  await given.until(() => seat.node.notReady() === null);
  expect((await seat.connect(bob)).socket.closed).toBeNull();
});

test("a node that was frozen asks the log before it throws anybody out", async () => {
  const { given, seats, bob, room } = await three();
  const [seat] = seats as [Seat];
  const ear = await listen(seat, bob, room);
  seat.platform.freeze();
  await given.elapsed(60_000);
  seat.platform.thaw();
  await given.elapsed(limits.cutOffMs);
  expect(ear.socket.closed).toBeNull();
});

test("a store that is away is said by readiness, and costs nobody a socket", async () => {
  const { given, seats, bob, room } = await three();
  const [seat] = seats as [Seat];
  const ear = await listen(seat, bob, room);
  seat.broken.store = true;
  await given.until(() => seat.node.notReady() === "store");
  await given.elapsed(limits.cutOffMs);
  expect(ear.socket.closed).toBeNull();
  seat.broken.store = false;
  await given.until(() => seat.node.notReady() === null);
});

test("nodes with single roles make one chat together", async () => {
  const given = world();
  const [edge, actors, reader] = [
    await given.start("edge", ["gateway"]),
    await given.start("actors", ["actors"]),
    await given.start("reader", ["readers"]),
  ];
  const ana = await given.person("ana");
  const created = { cid: given.cid(), name: "x", members: [] };
  const { room } = await edge.call<{ room: string }>(ana, "room.create", created);
  const ear = await listen(edge, ana, room);
  await post(given, edge, ana, room, "hello");
  await given.until(() => seqsOf(ear.socket, room).at(-1) === 2);
  expect(edge.node.router?.counts.sent).toBe(2);
  expect([edge, actors, reader].map(({ node }) => node.history.streams().length)).toEqual([0, 0, 1]);
});
