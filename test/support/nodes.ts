/** Several whole nodes over one log, bus and store in a simulated world: they crash, freeze, drain and lose messages. */
import type { Log, Store } from "../../actors/ports.ts";
import { createAuth } from "../../src/auth/auth.ts";
import { Members, type NodeRole, nodeRoles } from "../../src/cluster/members.ts";
import type { Connection } from "../../src/gateway/connection.ts";
import { MemoryLog } from "../../src/log/memory.ts";
import { type Node, startNode } from "../../src/node.ts";
import { ratesOff } from "../../src/operations/rate.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { access, passwords, tokenOf } from "../sim/server.ts";
import { FakeSocket, type Person } from "./live.ts";
import { type Machine, type Machines, machines, remote } from "./machines.ts";
import { granted } from "./node.ts";

export interface Seat extends Machine {
  name: string;
  node: Node;
  /** Set: log or store don't answer this node; live records don't reach it. */
  broken: { log: boolean; store: boolean; live: boolean };
  faults: { where: string; error: unknown }[];
  revoke(who: Person, sessions: string[]): Promise<string[]>;
  connect(who: Person, tab?: string): Promise<{ socket: FakeSocket; connection: Connection }>;
  /** The answer of an operation. @throws when refused */
  call<T = object>(who: Person, op: string, input: object): Promise<T>;
  /** Frames of a resume that is through. */
  resume(connection: Connection, socket: FakeSocket, rooms: Record<string, unknown>): Promise<void>;
}

export interface World extends Machines {
  log: Log;
  store: Store;
  start(name: string, roles?: readonly NodeRole[]): Promise<Seat>;
  person(name: string): Promise<Person>;
  session(who: Person): Promise<Person>;
  cid(): string;
}

/** The same log, whose live records may get lost. */
function lossy(log: Log, lost: () => boolean): Log {
  const subscribe: Log["subscribe"] = (room, deliver) =>
    log.subscribe(room, (record) => {
      if (!lost()) deliver(record);
    });
  return new Proxy(log, {
    get(target, key) {
      const member: unknown = key === "subscribe" ? subscribe : Reflect.get(target, key, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

export function world(seed = 1): World {
  const given = machines(seed);
  const { infra, settled, until } = given;
  const log = new MemoryLog(infra);
  const store = memoryStore();

  async function session(user: string): Promise<Person> {
    const id = infra.id();
    const at = infra.now();
    await store.sessions.create(
      {
        ...{ id, user, device: "device", label: "", createdAt: at, lastSeenAt: at },
        ...{ expiresAt: Number.MAX_SAFE_INTEGER, counter: 0, rotatedAt: at, revokedAt: null },
      },
      20,
    );
    return { user, session: id, access: tokenOf(user, id) };
  }

  return {
    ...given,
    ...{ log, store },
    cid: () => Bun.randomUUIDv7("hex", infra.now()),
    session: ({ user }) => session(user),
    async person(name) {
      const user = infra.id();
      const at = infra.now();
      await store.accounts.create({
        ...{ id: user, name, display: name, about: "", password: "", createdAt: at, lastSeenAt: at },
      });
      return await session(user);
    },
    async start(name, roles = nodeRoles) {
      const machine = given.machine();
      const { platform, bus } = machine;
      const broken = { log: false, store: false, live: false };
      const faults: Seat["faults"] = [];
      const ports = {
        log: remote(
          platform,
          lossy(log, () => broken.live),
          () => broken.log,
        ),
        store: remote<Store>(platform, store, () => broken.store),
      };
      const auth = await settled(createAuth({ store: ports.store, bus, platform, access, passwords }));
      const members = new Members({ node: name, roles, bus, platform });
      const node = startNode({
        ...{ platform, bus, auth, members, ...ports },
        rates: ratesOff,
        onFailure: (where, error) => faults.push({ where, error }),
      });
      await settled(node.join());
      await until(() => node.notReady() === null);
      return {
        ...machine,
        ...{ name, node, broken, faults },
        revoke: (who, sessions) => settled(auth.revoke(who.user, sessions)),
        async connect(who, tab = "t") {
          const socket = new FakeSocket();
          const connection = node.gateway.open(socket, "192.0.2.1", null);
          node.gateway.receive(connection, JSON.stringify({ t: "hello", token: who.access, tab }));
          await until(() => socket.of("welcome").length > 0 || socket.closed !== null);
          return { socket, connection };
        },
        async call<T>(who: Person, op: string, input: object): Promise<T> {
          const caller = { user: who.user, session: who.session, expiresAt: Number.MAX_SAFE_INTEGER };
          const result = await settled(node.dispatch(op, input, { caller, connection: null, address: "" }));
          return granted(result as { ok: T } | { error: { code: string; message: string } });
        },
        async resume(connection, socket, rooms) {
          const before = socket.of("live").length;
          node.gateway.receive(connection, JSON.stringify({ t: "resume", n: 1, rooms }));
          await until(() => socket.of("live").length > before || socket.closed !== null);
        },
      };
    },
  };
}
