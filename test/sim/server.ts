/** A node of the simulated cluster, from boot to crash: real from the gateway down, its ports are the world's. */
import type { Bus, SessionId, Store } from "../../actors/ports.ts";
import type { SimNode } from "../../actors/runtime/sim.ts";
import type { AccessTokens } from "../../src/auth/access-token.ts";
import { createAuth } from "../../src/auth/auth.ts";
import type { Passwords } from "../../src/auth/passwords.ts";
import { Members, nodeRoles } from "../../src/cluster/members.ts";
import { type Node, startNode } from "../../src/node.ts";
import { ratesOff } from "../../src/operations/rate.ts";
import { FaultyBus } from "./faulty-bus.ts";
import { FaultyLog } from "./faulty-log.ts";
import { FaultyRoute, type Owner } from "./faulty-route.ts";
import { faultyStore } from "./faulty-store.ts";
import type { SharedLog } from "./shared-log.ts";
import type { World } from "./world.ts";

export interface Shared {
  log: SharedLog;
  store: Store;
  bus: Bus;
}

/** How small this seed makes what is usually large. */
export interface Sizes {
  cidsMax: number;
  snapshotEvery: number;
  roomMailboxMax: number;
  roomIdleMs: number;
}

/** A socket's end at the server. */
export interface ServerEnd {
  /** The node is gone. */
  died(): void;
}

export class Server {
  readonly name: string;
  readonly machine: SimNode;
  readonly node: Node;
  readonly owner: Owner;
  readonly sockets = new Set<ServerEnd>();
  readonly #log: FaultyLog;
  readonly #bus: FaultyBus;

  private constructor(
    name: string,
    machine: SimNode,
    node: Node,
    owner: Owner,
    log: FaultyLog,
    bus: FaultyBus,
  ) {
    this.name = name;
    this.machine = machine;
    this.node = node;
    this.owner = owner;
    this.#log = log;
    this.#bus = bus;
  }

  static async start(
    world: World,
    name: string,
    shared: Shared,
    sizes: Sizes,
    other: () => Owner | null,
  ): Promise<Server> {
    const machine = world.sim.node((world.sim.random() * 2 - 1) * world.faults.skewMs);
    const log = new FaultyLog(world, machine, shared.log);
    const bus = new FaultyBus(world, machine, shared.bus);
    const store = faultyStore(world, machine, shared.store);
    const auth = await createAuth({ store, bus, platform: machine, access, passwords });
    const owner: Owner = { machine, port: { ask: async () => ({ failure: "stopped" }) } };
    const members = new Members({ node: name, roles: nodeRoles, bus, platform: machine });
    const node = startNode({
      ...(world.routed ? { members } : {}),
      platform: machine,
      log,
      store,
      bus,
      auth,
      rates: ratesOff,
      route(own) {
        owner.port = own;
        return new FaultyRoute(world, owner, other);
      },
      onFailure: (where, error) => world.trace.add("failure", name, where, String(error)),
      watch: { fault: (where, error) => world.trace.add("fault", name, where, String(error)) },
      ...sizes,
    });
    node.join().catch((error) => world.trace.add("join failed", name, String(error)));
    world.trace.add("up", name, Math.round(machine.skewMs));
    return new Server(name, machine, node, owner, log, bus);
  }

  /** Its memory is gone, at whatever await it was. */
  crash(): void {
    this.machine.crash();
    this.#log.cut();
    this.#bus.cut();
    for (const socket of this.sockets) socket.died();
  }

  /** Its leader is cut off: heads are old for a while. */
  cutOff(ms: number): void {
    this.#log.beStale(ms);
  }
}

/** An access token that is as good as its session: real signatures take time outside of the simulator's schedule. */
export function tokenOf(user: string, session: SessionId): string {
  return `${user} ${session}`;
}

export const access: AccessTokens = {
  sign: async (user, session) => ({
    access: tokenOf(user, session),
    accessExpiresAt: Number.MAX_SAFE_INTEGER,
  }),
  async verify(token) {
    const [user = "", session = ""] = token.split(" ");
    return { user, session, expiresAt: Number.MAX_SAFE_INTEGER };
  },
};

/** Nobody signs in with a password here. */
export const passwords: Passwords = { hash: async () => null, matches: async () => false };
