/** A whole node with sockets that are looked at, on memory twins or given ports, and a manual clock. */
import type { Log, Store } from "../../actors/ports.ts";
import { createAuth } from "../../src/auth/auth.ts";
import { MemoryBus } from "../../src/bus/memory.ts";
import type { Connection } from "../../src/gateway/connection.ts";
import type { Socket } from "../../src/gateway/outbox.ts";
import { MemoryLog } from "../../src/log/memory.ts";
import { type NodeParts, startNode } from "../../src/node.ts";
import { type Rates, ratesOff } from "../../src/operations/rate.ts";
import { platform } from "../../src/platform.ts";
import type { ServerFrame } from "../../src/protocol/frames.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { cheapArgon, granted, manualPlatform, password } from "./node.ts";

export interface Person {
  user: string;
  session: string;
  access: string;
}

export interface LivePorts {
  store?: Store;
  log?: Log;
  /** Default: off. */
  rates?: Partial<Rates>;
}

/** What watches the node. */
export type LiveProbes = Pick<NodeParts, "probe" | "gatewayProbe" | "sent" | "flushed" | "refused">;

/** Remembers what was written. `takes` says what the next write returns; by default all of it left. */
export class FakeSocket implements Socket {
  frames: ServerFrame[] = [];
  writes = 0;
  closed: { code: number; reason: string } | null = null;
  takes: () => number = () => 1;

  send(text: string): number {
    this.frames.push(JSON.parse(text) as ServerFrame);
    this.writes++;
    return this.takes();
  }

  cork(write: () => void): void {
    write();
  }

  close(code: number, reason: string): void {
    this.closed ??= { code, reason };
  }

  of<T extends ServerFrame["t"]>(t: T): Extract<ServerFrame, { t: T }>[] {
    return this.frames.filter((frame): frame is Extract<ServerFrame, { t: T }> => frame.t === t);
  }
}

export async function startLive(ports: LivePorts = {}, probes: LiveProbes = {}) {
  const platform = manualPlatform();
  const store = ports.store ?? memoryStore();
  const log = ports.log ?? new MemoryLog(platform);
  const bus = new MemoryBus(platform);
  const auth = await createAuth({ store, bus, platform, argon: cheapArgon });
  const faults: unknown[] = [];
  const node = startNode({
    ...{ platform, log, store, bus, auth },
    ...probes,
    rates: { ...ratesOff, ...ports.rates },
    onFailure: (_, error) => faults.push(error),
  });

  async function call<T = object>(who: Person, op: string, input: object): Promise<T> {
    const { user, session } = who;
    const caller = { user, session, expiresAt: Number.MAX_SAFE_INTEGER };
    const result = await node.dispatch(op, input, { caller, connection: null, address: "" });
    return granted(result as { ok: T } | { error: { code: string; message: string } });
  }

  return {
    ...node,
    ...{ platform, store, log, bus, auth, faults, call },
    cid: () => Bun.randomUUIDv7("hex", platform.now()),

    async join(name: string): Promise<Person> {
      return granted(await auth.register({ name, password, device: "d", label: "" }));
    },

    async room(owner: Person, members: readonly Person[] = []): Promise<string> {
      const input = {
        cid: Bun.randomUUIDv7("hex", platform.now()),
        name: "x",
        members: members.map(({ user }) => user),
      };
      return (await call<{ room: string }>(owner, "room.create", input)).room;
    },

    /** A socket that was welcomed. */
    async connect(who: Person, tab = "t"): Promise<{ socket: FakeSocket; connection: Connection }> {
      const socket = new FakeSocket();
      const connection = node.gateway.open(socket, "192.0.2.1", null);
      node.gateway.receive(connection, JSON.stringify({ t: "hello", token: who.access, tab }));
      await until(() => socket.of("welcome").length > 0 || socket.closed !== null);
      return { socket, connection };
    },

    async resume(connection: Connection, socket: FakeSocket, rooms: Record<string, unknown>): Promise<void> {
      const before = socket.of("live").length;
      node.gateway.receive(connection, JSON.stringify({ t: "resume", n: 1, rooms }));
      await until(() => socket.of("live").length > before || socket.closed !== null);
    },
  };
}

/** Less than a test may take: then its own words say what failed. */
const untilMs = 20_000;

/** Lets the loop turn until it is so. How often it turns in that time says nothing: on a busy machine a store takes longer. */
export async function until(so: () => boolean): Promise<void> {
  for (const end = platform.monotonic() + untilMs; !so(); ) {
    if (platform.monotonic() > end) throw new Error(`it didn't come about in ${untilMs} ms`);
    await turn();
  }
}

/** Enough turns for whatever is on its way. */
export async function settle(turns = 50): Promise<void> {
  for (let i = 0; i < turns; i++) await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
