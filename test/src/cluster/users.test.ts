import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { type Json, Unavailable } from "../../../actors/ports.ts";
import { seqsOf } from "../../support/frames.ts";
import type { FakeSocket } from "../../support/live.ts";
import { type Seat, type World, world } from "../../support/nodes.ts";

async function two() {
  const given = world();
  const [a, b] = [await given.start("a"), await given.start("b")];
  const [ana, bob] = [await given.person("ana"), await given.person("bob")];
  return { given, a, b, ana, bob };
}

/** A group of both, live for each at one's own node. */
async function chat() {
  const all = await two();
  const { given, a, b, ana, bob } = all;
  const { room } = await a.call<{ room: string }>(ana, "room.create", {
    ...{ cid: given.cid(), name: "x", members: [bob.user] },
  });
  const [here, there] = [await a.connect(ana), await b.connect(bob)];
  await a.resume(here.connection, here.socket, { [room]: null });
  await b.resume(there.connection, there.socket, { [room]: null });
  const post = (seat: Seat, text: string) =>
    seat.call<{ seq: number }>(ana, "room.post", { room, cid: given.cid(), text });
  return { ...all, room, here, there, post };
}

/** What happens meanwhile isn't told to this node: a record is on its way for a moment after its reply. */
async function unheard<T>({ elapsed }: World, seat: Seat, work: () => Promise<T>): Promise<T> {
  seat.broken.live = true;
  const result = await work();
  await elapsed(100);
  seat.broken.live = false;
  return result;
}

const isNote = (t: string) => (subject: string, message: Json) =>
  subject.startsWith("user.") && (message as { t?: string })?.t === t;

test("a revoked session's sockets are closed on every node within a second", async () => {
  const { given, a, b, ana } = await two();
  const thief = await given.session(ana);
  const [one, other, mine] = [await a.connect(thief), await b.connect(thief, "t2"), await b.connect(ana)];
  await a.revoke(ana, [thief.session]);
  await given.elapsed(1_000);
  expect([one, other].map(({ socket }) => socket.closed?.code)).toEqual([4501, 4501]);
  expect(mine.socket.closed).toBeNull();
});

test("within 30 s when its notice was dropped", async () => {
  const { given, a, b, ana } = await two();
  const thief = await given.session(ana);
  const { socket } = await b.connect(thief);
  await given.elapsed(5_000);
  b.bus.drops = (subject) => subject.startsWith("user.");
  await a.revoke(ana, [thief.session]);
  await given.elapsed(1_000);
  expect(socket.closed).toBeNull();
  await given.elapsed(limits.versionCheckMs);
  expect(socket.closed?.code).toBe(4501);
});

test("within two seconds when it was dropped because the user had only just come", async () => {
  const { given, a, b, ana } = await two();
  const thief = await given.session(ana);
  b.bus.drops = (subject) => subject.startsWith("user.");
  const { socket } = await b.connect(thief);
  await a.revoke(ana, [thief.session]);
  await given.elapsed(2_100);
  expect(socket.closed?.code).toBe(4501);
});

test("a change of the account is told on all nodes where the user is, also when its tell is dropped", async () => {
  const { given, a, b, ana } = await two();
  const { socket } = await b.connect(ana);
  await a.call(ana, "account.profile", { about: "one" });
  await given.until(() => socket.of("account").length > 0);
  await given.elapsed(5_000);
  const before = socket.of("account").length;
  b.bus.drops = isNote("account");
  await a.call(ana, "account.profile", { about: "two" });
  await given.elapsed(limits.versionCheckMs + 1_000);
  expect(socket.of("account").length).toBe(before + 1);
});

test("a read position on one node is known at the other", async () => {
  const { given, b, bob, room, there, post, a } = await chat();
  const second = await a.connect(await given.session(bob));
  const { seq } = await post(a, "hello");
  await b.call(bob, "room.read", { room, seq });
  const unread = (socket: FakeSocket) => socket.of("unread").at(-1);
  await given.until(() => unread(second.socket) !== undefined && unread(there.socket) !== undefined);
  expect(unread(second.socket)).toMatchObject({ room, read: seq, unread: 0 });
  expect(unread(there.socket)).toMatchObject({ room, read: seq });
});

test("typing and receipts cross nodes, and a feed that is behind drops them", async () => {
  const { given, a, b, ana, bob, room, there, here, post } = await chat();
  await a.call(ana, "room.typing", { room });
  await given.until(() => there.socket.of("typing").length === 1);
  const { seq } = await post(a, "hello");
  await given.until(() => seqsOf(there.socket, room).at(-1) === seq);
  await b.call(bob, "room.delivered", { room, seq });
  await given.until(() => here.socket.of("receipts").length > 0);
  expect(here.socket.of("receipts").at(-1)?.marks).toEqual([[bob.user, seq, 0]]);
  b.broken.live = true;
  await post(a, "lost on its way");
  await a.call(ana, "room.typing", { room });
  await given.elapsed(500);
  expect(there.socket.of("typing")).toHaveLength(1);
});

test("a live record that was lost is found when the next one comes, or within 30 s when none comes", async () => {
  const { given, a, b, room, there, post } = await chat();
  await given.elapsed(2_000);
  const lost = await unheard(given, b, () => post(a, "lost"));
  expect(seqsOf(there.socket, room)).toEqual([1]);
  const next = await post(a, "next");
  await given.elapsed(1_000);
  expect(seqsOf(there.socket, room)).toEqual([1, lost.seq, next.seq]);
  b.broken.live = true;
  const last = await post(a, "lost and last");
  await given.elapsed(30_200);
  expect(seqsOf(there.socket, room)).toEqual([1, lost.seq, next.seq, last.seq]);
});

test("who was removed sees nothing after it on a node that lost the news", async () => {
  const { given, a, b, ana, bob, room, there, post } = await chat();
  await given.elapsed(2_000);
  const removal = { room, cid: given.cid(), user: bob.user };
  await unheard(given, b, () => a.call(ana, "room.remove", removal));
  await post(a, "secret");
  await given.elapsed(35_000);
  expect(seqsOf(there.socket, room)).toEqual([1, 2]);
  expect(JSON.stringify(there.socket.frames)).not.toContain("secret");
});

test("what happened while a node's connections were broken is asked for when they are back", async () => {
  const { given, a, b, ana, room, there, post } = await chat();
  const mine = await b.connect(ana);
  await given.elapsed(5_000);
  b.broken.live = true;
  b.bus.drops = (subject) => subject.startsWith("user.");
  const { seq } = await post(a, "unheard");
  await a.call(ana, "account.profile", { about: "unheard" });
  await given.elapsed(100);
  b.broken.live = false;
  b.bus.drops = () => false;
  b.node.reconnected();
  await given.elapsed(100);
  expect(seqsOf(there.socket, room).at(-1)).toBe(seq);
  expect(mine.socket.of("account").length).toBeGreaterThan(0);
});

test("who resumes on another node gets everything, or learns which range is missing", async () => {
  const { given, a, b, bob, room, there, post } = await chat();
  const { seq } = await post(a, "one");
  await given.until(() => seqsOf(there.socket, room).at(-1) === seq);
  const [epoch = ""] = there.socket.of("events").map((frame) => frame.epoch);
  there.connection.gone();
  for (let i = 0; i < 5; i++) await post(b, `while away ${i}`);
  const back = await a.connect(bob);
  await a.resume(back.connection, back.socket, { [room]: [epoch, seq] });
  expect(seqsOf(back.socket, room)).toEqual([3, 4, 5, 6, 7]);
  back.connection.gone();
  for (let i = 0; i < limits.resumeEventsMax + 3; i++) post(a, `${i}`).catch(() => {});
  await given.elapsed(1_000);
  const far = await b.connect(bob);
  await b.resume(far.connection, far.socket, { [room]: [epoch, 7] });
  const [limited] = far.socket.of("limited");
  expect(limited).toMatchObject({ from: 8 });
  expect(seqsOf(far.socket, room)[0]).toBe((limited?.to ?? 0) + 1);
});

test("who resumes where nobody was gets what isn't in the documents yet", async () => {
  const { given, bob, room, there, post, a } = await chat();
  await given.until(() => seqsOf(there.socket, room).at(-1) === 1);
  const [epoch = ""] = there.socket.of("events").map((frame) => frame.epoch);
  given.store.projection.apply = () => Promise.reject(new Unavailable("the documents stand still"));
  there.connection.gone();
  for (let i = 0; i < 3; i++) await post(a, `while away ${i}`);
  const c = await given.start("c");
  const { socket, connection } = await c.connect(bob);
  await c.resume(connection, socket, { [room]: [epoch, 1] });
  expect(seqsOf(socket, room)).toEqual([2, 3, 4]);
});

test("presence is seen from another node: coming, away, still there at a second one, gone", async () => {
  const { given, a, b, ana, bob } = await two();
  const watcher = await a.connect(ana);
  const seen = () => watcher.socket.of("presence").map(({ state }) => state);
  await watch(a, watcher, bob.user);
  const first = await b.connect(bob);
  await given.until(() => seen().at(-1) === "online");
  b.node.gateway.receive(first.connection, JSON.stringify({ op: "presence.set", in: { state: "away" } }));
  await given.until(() => seen().at(-1) === "away");
  const second = await a.connect(await given.session(bob));
  await given.until(() => seen().at(-1) === "online");
  second.connection.gone();
  await given.until(() => seen().at(-1) === "away");
  first.connection.gone();
  await given.until(() => seen().at(-1) === "offline");
  expect(seen()).toEqual(["online", "away", "online", "away", "offline"]);
  expect(watcher.socket.of("presence").at(-1)?.lastSeen).toBeNumber();

  async function watch(seat: Seat, { connection }: typeof watcher, user: string) {
    const input = { id: 1, op: "presence.watch", in: { users: [user] } };
    seat.node.gateway.receive(connection, JSON.stringify(input));
    await given.elapsed(600);
  }
});

test("whoever was on a node that died is offline within 90 s, and a lost note heals within 30", async () => {
  const { given, a, b, ana, bob } = await two();
  const { socket, connection } = await a.connect(ana);
  const seen = () => socket.of("presence").at(-1)?.state;
  a.node.gateway.receive(
    connection,
    JSON.stringify({ id: 1, op: "presence.watch", in: { users: [bob.user] } }),
  );
  await given.elapsed(600);
  a.bus.drops = (subject) => subject.startsWith("presence.");
  await b.connect(bob);
  await given.elapsed(600);
  expect(seen()).toBeUndefined();
  await given.elapsed(limits.presenceLeaseMs / 2);
  expect(seen()).toBe("online");
  await given.elapsed(10 * 60_000);
  expect(seen()).toBe("online");
  b.crash();
  await given.elapsed(1.5 * limits.presenceLeaseMs + 1_000);
  expect(seen()).toBe("offline");
});

test("whatever else comes by on these subjects breaks nothing", async () => {
  const { given, a, b, ana, bob, room, there, post } = await chat();
  const foreign: Json[] = [
    null,
    1,
    "x",
    [],
    {},
    { t: "frame" },
    { t: "revoked", sessions: 7 },
    { t: "opened" },
  ];
  const more: Json[] = [{ seq: 0, from: null }, { node: "z", state: "asleep", lastSeen: 0 }, { users: [7] }];
  for (const message of [...foreign, ...more]) {
    for (const subject of [`user.${bob.user}`, `room.${room}`, `presence.${bob.user}`, "presence", "nodes"]) {
      given.bus.publish(subject, message);
    }
  }
  const { seq } = await post(a, "fine");
  await given.until(() => seqsOf(there.socket, room).at(-1) === seq);
  expect(await a.call(ana, "presence.watch", { users: [bob.user] })).toMatchObject({
    states: [{ state: "online" }],
  });
  expect([...a.faults, ...b.faults]).toEqual([]);
});
