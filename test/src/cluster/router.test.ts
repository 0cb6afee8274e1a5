import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import type { Json, RoomId } from "../../../actors/ports.ts";
import type { RoomCommand, RoomReply } from "../../../actors/room/commands.ts";
import type { Failure } from "../../../actors/runtime/failure.ts";
import { Members, nodeRoles } from "../../../src/cluster/members.ts";
import { chosen, placeOf } from "../../../src/cluster/placement.ts";
import { Router } from "../../../src/cluster/router.ts";
import { type Machine, type Machines, machines } from "../../support/machines.ts";

type Decision = RoomReply | Failure;

interface Seat extends Machine {
  name: string;
  members: Members;
  router: Router;
  /** Texts that its actors were asked to post. */
  asked: string[];
  warmed: RoomId[];
  faults: unknown[];
  decide: (command: RoomCommand) => Promise<Decision>;
  ask(text: string, timeoutMs?: number): Promise<Decision>;
}

const names = ["a", "b", "c"] as const;
const room = "1".repeat(22);
const user = "2".repeat(22);
const done = (seq: number): RoomReply => ({ ok: { seq, n: 1, at: 5, epoch: "E" } });
const never = new Promise<never>(() => {});

/** First the owner of `room`, then who comes after it, then the last. */
const order = (() => {
  const [first = "", second = ""] = [chosen(room, names.map(placeOf)), ""].filter((name) => name !== null);
  const rest = names.filter((name) => name !== first);
  const next = chosen(room, rest.map(placeOf)) ?? second;
  return [first, next, rest.find((name) => name !== next) ?? ""] as const;
})();

function post(text: string): RoomCommand {
  const cid = "01900000-0000-7000-8000-000000000000";
  return { do: "post", text, by: user, cid, hash: "h", origin: null, again: false };
}

async function seat(world: Machines, name: string): Promise<Seat> {
  const machine = world.machine();
  const { platform, bus } = machine;
  const members = new Members({ node: name, roles: nodeRoles, bus, platform });
  const own: Seat = {
    ...machine,
    ...{ name, members, asked: [], warmed: [], faults: [] },
    decide: async () => done(own.asked.length),
    ask: (text, timeoutMs = limits.askTimeoutMs) => own.router.ask(room, post(text), timeoutMs),
    router: new Router({
      ...{ members, bus, platform },
      own: {
        async ask(_, command) {
          own.asked.push(command.do === "post" ? command.text : command.do);
          return await platform.through(own.decide(command));
        },
      },
      warm: (rooms) => own.warmed.push(...rooms),
      loaded: () => [room],
      onFailure: (error) => own.faults.push(error),
    }),
  };
  await world.settled(own.router.start());
  await world.settled(members.join());
  return own;
}

async function three() {
  const world = machines();
  const seats = new Map<string, Seat>();
  for (const name of names) seats.set(name, await seat(world, name));
  const [owner, next, last] = order.map((name) => seats.get(name)) as [Seat, Seat, Seat];
  await world.until(() => [owner, next, last].every(({ members }) => members.size === 3));
  return { world, owner, next, last };
}

test("a command goes to the one node that everybody names, and its answer comes back", async () => {
  const { world, owner, next, last } = await three();
  for (const from of [owner, next, last]) {
    expect(await world.settled(from.ask(from.name))).toEqual(done(owner.asked.length));
  }
  expect(owner.asked).toEqual([owner.name, next.name, last.name]);
  expect([...next.asked, ...last.asked]).toEqual([]);
});

test("the owner's own commands don't touch the bus", async () => {
  const { world, owner } = await three();
  owner.bus.request = () => Promise.reject(new Error("asked the bus"));
  expect(await world.settled(owner.ask("mine"))).toEqual(done(1));
});

test("refusals, looks and failures come back as they were said", async () => {
  const { world, owner, last } = await three();
  const answers: Decision[] = [
    { error: { code: "forbidden", message: "no", field: "room", retryAfterMs: 7 } },
    { look: true },
    { stale: true },
    { failure: "overloaded", retryAfterMs: 5 },
    { failure: "moved" },
  ];
  for (const answer of answers) {
    owner.decide = async () => answer;
    expect(await world.settled(last.ask("x"))).toEqual(answer);
  }
});

test("a dead owner costs the next command nothing: nobody responds, and the next node decides", async () => {
  const { world, owner, next, last } = await three();
  owner.crash();
  const began = world.sim.now();
  expect(await world.settled(last.ask("x"))).toEqual(done(1));
  expect(world.sim.now() - began).toBeLessThan(50);
  expect(next.asked).toEqual(["x"]);
});

test("what a dead owner had taken is unknown as soon as anybody finds it dead", async () => {
  const { world, owner, last } = await three();
  owner.decide = () => never;
  const taken = last.ask("taken");
  await world.until(() => owner.asked.length === 1);
  owner.crash();
  const began = world.sim.now();
  expect(await world.settled(last.ask("later"))).toEqual(done(1));
  expect(await world.settled(taken)).toEqual({ failure: "timeout" });
  expect(world.sim.now() - began).toBeLessThan(100);
});

test("a frozen owner's silence goes to the same node until three heartbeats were missed, then to the next", async () => {
  const { world, owner, next, last } = await three();
  owner.platform.freeze();
  const began = world.sim.now();
  expect(await world.settled(last.ask("x"))).toEqual({ failure: "timeout" });
  expect(world.sim.now() - began).toBeWithin(3 * limits.heartbeatMs, 4 * limits.heartbeatMs + 100);
  expect(next.asked).toEqual([]);
  expect(await world.settled(last.ask("x"))).toEqual(done(1));
  expect(next.asked).toEqual(["x"]);
});

test("an owner that takes too long isn't passed over", async () => {
  const { world, owner, next, last } = await three();
  owner.decide = () => never;
  const began = world.sim.now();
  expect(await world.settled(last.ask("x"))).toEqual({ failure: "timeout" });
  expect(world.sim.now() - began).toBeWithin(limits.routeMs, limits.routeMs + 100);
  expect(await world.settled(last.ask("x", 100))).toEqual({ failure: "timeout" });
  expect([owner.asked.length, next.asked.length]).toEqual([2, 0]);
});

test("a leaving owner decides what it had taken, refuses the rest, and warms the next one", async () => {
  const { world, owner, next, last } = await three();
  const held = Promise.withResolvers<Decision>();
  owner.decide = () => held.promise;
  const taken = last.ask("taken");
  await world.until(() => owner.asked.length === 1);
  // It hasn't heard that the owner leaves.
  last.bus.drops = (subject) => subject === "nodes";
  owner.members.leave();
  let handed = false;
  const handing = owner.router.handOver().then(() => {
    handed = true;
  });
  expect(await world.settled(last.ask("late"))).toEqual(done(1));
  expect(next.asked).toEqual(["late"]);
  expect([handed, next.warmed]).toEqual([false, []]);
  held.resolve(done(9));
  expect(await world.settled(taken)).toEqual(done(9));
  await world.settled(handing);
  await world.until(() => next.warmed.length > 0);
  expect(next.warmed).toEqual([room]);
});

test("the last node decides until its end", async () => {
  const { world, owner, next, last } = await three();
  for (const { members } of [owner, next, last]) members.leave();
  await world.until(() => last.members.size === 0);
  expect(await world.settled(last.ask("x"))).toEqual(done(1));
});

test("whatever isn't a letter of ours is answered, and breaks nothing", async () => {
  const { world, owner } = await three();
  const command = { ...post("x") } as unknown as Json & object;
  const letter = { t: "command", room, timeoutMs: 100, command };
  const foreign: Json[] = [
    null,
    7,
    "x",
    [],
    {},
    { t: "command" },
    { ...letter, room: "log.>" },
    { ...letter, timeoutMs: -1 },
    { ...letter, timeoutMs: 1e12 },
    { ...letter, command: null },
    { ...letter, command: { ...command, do: "constructor" } },
    { ...letter, command: { ...command, do: "explode" } },
    { ...letter, command: { ...command, text: 7 } },
    { ...letter, command: { ...command, later: "a field of another version" } },
    { ...letter, command: { ...command, __proto__: null, by: { toString: 1 } } },
    { t: "warm", rooms: ["*"] },
  ];
  for (const message of foreign) {
    const asked = world.bus.request(`node.${owner.name}`, message, 1_000, 1);
    expect(await world.settled(asked)).toEqual([{ pass: "foreign" }]);
  }
  world.bus.publish(`node.${owner.name}`, { t: "nonsense" });
  expect(await world.settled(owner.ask("fine"))).toEqual(done(1));
  expect(owner.asked).toEqual(["fine"]);
  expect(owner.faults).toEqual([]);
});

test("an older owner that doesn't understand passes a command on; an answer that isn't understood is unknown", async () => {
  const { world, owner, next, last } = await three();
  owner.router.stop();
  let says: Json = { pass: "foreign" };
  await world.bus.subscribe(`node.${owner.name}`, (_, answer) => answer?.(says));
  expect(await world.settled(last.ask("x"))).toEqual(done(1));
  expect(next.asked).toEqual(["x"]);
  for (const strange of [null, 7, { ok: {} }, { ok: { seq: "1" } }, { failure: "bored" }] as Json[]) {
    says = strange;
    expect(await world.settled(last.ask("x"))).toEqual({ failure: "unknown" });
  }
});

test("a bus that fails under a command leaves its outcome unknown", async () => {
  const { world, last } = await three();
  last.bus.request = () => Promise.reject(new Error("the connection closed"));
  expect(await world.settled(last.ask("x"))).toEqual({ failure: "timeout" });
  expect(last.faults).toHaveLength(1);
});
