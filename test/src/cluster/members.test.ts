import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { Members, type NodeRole, nodeRoles } from "../../../src/cluster/members.ts";
import { type Machine, type Machines, machines } from "../../support/machines.ts";

interface Seat extends Machine {
  members: Members;
  /** Who it sees, in order of their names. */
  sees(role?: NodeRole): string;
}

async function join(world: Machines, node: string, roles: readonly NodeRole[] = nodeRoles): Promise<Seat> {
  const machine = world.machine();
  const { platform, bus } = machine;
  const members = new Members({ node, roles, bus, platform });
  // Its router.
  await world.settled(bus.subscribe(`node.${node}`, (_, answer) => answer?.({ here: true })));
  await world.settled(members.join());
  const sees = (role: NodeRole = "actors") =>
    members
      .with(role)
      .map(({ node }) => node)
      .sort()
      .join("");
  return { ...machine, members, sees };
}

async function three(world: Machines) {
  const [a, b, c] = [await join(world, "a"), await join(world, "b"), await join(world, "c")];
  await world.until(() => [a, b, c].every((seat) => seat.sees() === "abc"));
  return { a, b, c };
}

test("who comes knows all others before its first heartbeat, and they know it", async () => {
  const world = machines();
  const began = world.sim.now();
  await three(world);
  expect(world.sim.now() - began).toBeLessThan(limits.heartbeatMs);
});

test("a node that died is gone after one missed heartbeat, since nobody is there to ask", async () => {
  const world = machines();
  const { a, b, c } = await three(world);
  c.crash();
  const began = world.sim.now();
  await world.until(() => a.sees() === "ab" && b.sees() === "ab");
  expect(world.sim.now() - began).toBeWithin(limits.heartbeatMs, 2 * limits.heartbeatMs + 100);
});

test("a node that is there and silent is gone after three missed heartbeats, and not after two", async () => {
  const world = machines();
  const { a, b, c } = await three(world);
  c.platform.freeze();
  await world.elapsed(2 * limits.heartbeatMs);
  expect([a.sees(), b.sees()]).toEqual(["abc", "abc"]);
  await world.elapsed(2 * limits.heartbeatMs + 100);
  expect([a.sees(), b.sees()]).toEqual(["ab", "ab"]);
});

test("one lost heartbeat is nothing", async () => {
  const world = machines();
  const { a } = await three(world);
  let lost = 0;
  a.bus.drops = () => lost++ < 2;
  const seen = new Set<string>();
  a.members.watch({ changed: () => seen.add(a.sees()) });
  await world.elapsed(10 * limits.heartbeatMs);
  expect([...seen]).toEqual([]);
});

test("who leaves is passed over at once, by itself too", async () => {
  const world = machines();
  const { a, b, c } = await three(world);
  const began = world.sim.now();
  c.members.leave();
  await world.until(() => a.sees() === "ab" && b.sees() === "ab");
  expect(world.sim.now() - began).toBeLessThan(50);
  expect(c.sees()).toBe("ab");
  await world.elapsed(5 * limits.heartbeatMs);
  expect(a.sees()).toBe("ab");
});

test("a node that was frozen is passed over, doesn't take the others for dead, and is back with its next heartbeat", async () => {
  const world = machines();
  const { a, b, c } = await three(world);
  c.platform.freeze();
  await world.until(() => a.sees() === "ab" && b.sees() === "ab");
  await world.elapsed(60_000);
  const seen = new Set<string>();
  c.members.watch({ changed: () => seen.add(c.sees()) });
  c.platform.thaw();
  await world.until(() => a.sees() === "abc" && b.sees() === "abc");
  await world.elapsed(5 * limits.heartbeatMs);
  expect([...seen]).toEqual([]);
});

test("a node that nobody answers for is passed over until it speaks again", async () => {
  const world = machines();
  const { a } = await three(world);
  const gone: string[] = [];
  a.members.watch({ gone: (node) => gone.push(node) });
  a.members.lost("c");
  expect(a.sees()).toBe("ab");
  await world.elapsed(limits.heartbeatMs + 100);
  expect(a.sees()).toBe("abc");
  expect(gone).toEqual(["c"]);
});

test("each role has its own nodes", async () => {
  const world = machines();
  const a = await join(world, "a", ["gateway"]);
  const b = await join(world, "b", ["actors", "readers"]);
  await world.until(() => a.members.size === 2 && b.members.size === 2);
  expect([a.sees("gateway"), a.sees("actors"), b.sees("readers")]).toEqual(["a", "b", "b"]);
});

test("a bus that is away says nothing of the others", async () => {
  const world = machines();
  const { a, c } = await three(world);
  a.bus.request = () => Promise.reject(new Error("away"));
  c.crash();
  await world.elapsed(2 * limits.heartbeatMs);
  expect(a.sees()).toBe("abc");
});

test("whatever else comes by is no member", async () => {
  const world = machines();
  const { a } = await three(world);
  const foreign = [
    null,
    7,
    "here",
    [],
    {},
    { t: "here" },
    { t: "here", node: "x y", roles: [], first: true },
  ];
  for (const message of foreign) world.bus.publish("nodes", message);
  world.bus.publish("nodes", { t: "here", node: "z", roles: ["actors", "brewing"], first: false, more: 1 });
  await world.until(() => a.sees() === "abcz");
});
