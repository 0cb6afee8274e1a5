/** The store as one node meets it: every call travels, may fail before or after it was applied, and may take long. */
import { type Projection, type Store, Unavailable, UnknownOutcome } from "../../actors/ports.ts";
import type { SimNode } from "../../actors/runtime/sim.ts";
import type { World } from "./world.ts";

/** Whatever the repository is: its methods, as this node may call them. */
function faulty<Repository extends object>(
  world: World,
  node: SimNode,
  name: string,
  repository: Repository,
): Repository {
  return new Proxy(repository, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== "function") return method;
      return (...args: unknown[]) =>
        call(world, node, `${name}.${String(key)}`, async () => await Reflect.apply(method, target, args));
    },
  });
}

function call(world: World, node: SimNode, name: string, work: () => Promise<unknown>): Promise<unknown> {
  const { faults } = world;
  if (world.chance(faults.storeFails)) {
    world.trace.add("store fails", name);
    return world.remote(node, () => Promise.reject(new Unavailable(name)));
  }
  if (world.chance(faults.storeUnknown)) {
    world.trace.add("store silent", name);
    return world.remote(node, async () => {
      await work();
      throw new UnknownOutcome(name);
    });
  }
  if (name === "snapshots.put") world.saw("snapshots");
  // An embedded store may answer within the same turn of the loop.
  if (world.chance(0.1)) return work();
  const writes = name.startsWith("projection.") && name !== "projection.checkpoint";
  const slow = world.chance(writes ? faults.projectionSlow : faults.storeSlow);
  return world.remote(node, work, slow ? world.upTo(1_500) : 0);
}

/** A bulk that becomes visible in two steps, the checkpoint last: documents above it may be a part of the truth. */
function inParts(world: World, projection: Projection): Projection {
  return {
    checkpoint: (stream) => projection.checkpoint(stream),
    async apply(writes, upTo) {
      if (!world.chance(world.faults.projectionParts)) return await projection.apply(writes, upTo);
      const users = await projection.apply(writes.slice(0, Math.floor(world.upTo(writes.length))));
      await new Promise<void>((resolve) => world.infra.after(world.upTo(200), resolve));
      if (world.chance(0.3)) throw new Unavailable("half of it");
      return [...new Set([...users, ...(await projection.apply(writes, upTo))])];
    },
  };
}

export function faultyStore(world: World, node: SimNode, store: Store): Store {
  const of = <Name extends keyof Store>(name: Name): Store[Name] => faulty(world, node, name, store[name]);
  return {
    accounts: of("accounts"),
    sessions: of("sessions"),
    rooms: of("rooms"),
    memberships: of("memberships"),
    messages: of("messages"),
    receipts: of("receipts"),
    snapshots: of("snapshots"),
    items: of("items"),
    attempts: of("attempts"),
    projection: faulty(world, node, "projection", inParts(world, store.projection)),
    // Read once, before a node starts.
    secrets: store.secrets,
    // Only a store at rest is moved.
    archive: store.archive,
  };
}
