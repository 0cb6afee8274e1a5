/** A device that runs the real SDK, its storage kept over restarts. What it does is read off its frames. */
import type { RoomId, SessionId, UserId } from "../../actors/ports.ts";
import type { SimNode } from "../../actors/runtime/sim.ts";
import type { Client, TimelineRow } from "../../sdk/api.ts";
import { createClient, memoryStorage } from "../../sdk/index.ts";
import type { Shown } from "./check/history.ts";
import { FrameReader } from "./frame-reader.ts";
import type { Recorder } from "./recorder.ts";
import { type Server, tokenOf } from "./server.ts";
import { Wire } from "./wire.ts";
import type { World } from "./world.ts";

/** Far more than a story needs. */
const pagesMax = 100;

export class SdkDevice {
  readonly user: UserId;
  readonly session: SessionId;
  readonly name: string;
  readonly #world: World;
  readonly #servers: () => readonly Server[];
  readonly #storage = memoryStorage();
  readonly #frames: FrameReader;
  #machine: SimNode;
  #wire: Wire | null = null;
  client: Client;
  /** The server said stop. */
  ended = false;

  constructor(
    world: World,
    servers: () => readonly Server[],
    recorder: Recorder,
    { user, session }: { user: UserId; session: SessionId },
  ) {
    this.user = user;
    this.session = session;
    this.name = `${user.slice(-2)}/${session.slice(-1)}/sdk`;
    this.#world = world;
    this.#servers = servers;
    this.#frames = new FrameReader(world, recorder, user, this.name);
    this.#machine = this.#boot();
    this.client = this.#open();
  }

  async start(): Promise<void> {
    const { user, session } = this;
    const access = tokenOf(user, session);
    const tokens = {
      user,
      session,
      access,
      accessExpiresAt: Number.MAX_SAFE_INTEGER,
      refresh: "-",
      device: "sdk",
    };
    await this.#storage.put({ session: tokens });
    await this.client.connect();
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#world.infra.after(ms, resolve));
  }

  /** The network takes the connection away. */
  cut(): void {
    this.#wire?.cut();
  }

  /** The app dies, whatever it was doing, and is started again: only its storage is left. */
  async restart(): Promise<void> {
    this.#world.trace.add("restart", this.name);
    this.#machine.crash();
    this.#wire?.die();
    this.#machine = this.#boot();
    this.client = this.#open();
    // Without a session there is nothing to come back to.
    await this.client.connect().catch(() => {
      this.ended = true;
    });
  }

  /** All that it can show of a room, and what it can prove. */
  async show(room: RoomId): Promise<Shown> {
    const { timeline } = this.client.room(room);
    // A page may be all voids, so what came says nothing of what is left.
    for (let pages = 0; pages < pagesMax; pages++) {
      const hole = timeline.snapshot().findLast((row) => row.type === "hole");
      if (hole?.type === "hole") await timeline.older(hole.to);
      else if (timeline.hasOlder) await timeline.older();
      else break;
    }
    const { ok, head, faults } = await this.client.room(room).verify();
    const { user, name: device } = this;
    return { user, device, room, head, faults: ok ? [] : faults, posts: timeline.snapshot().flatMap(postOf) };
  }

  #boot(): SimNode {
    return this.#world.sim.node((this.#world.sim.random() * 2 - 1) * this.#world.stormy.skewMs);
  }

  #open(): Client {
    const machine = this.#machine;
    const client = createClient({
      url: "http://simulated.example",
      storage: this.#storage,
      tab: "sdk",
      transport: {
        open: (handlers) => {
          const server = this.#world.pick(this.#servers());
          // Nobody listens: as a refused connection.
          if (server === undefined) {
            machine.after(1, () => handlers.closed(1006, ""));
            return { send: () => {}, close: () => {} };
          }
          this.#frames.opened(server.name);
          this.#wire = new Wire(this.#world, machine, server, handlers);
          return this.#wire;
        },
      },
      platform: {
        now: () => machine.now(),
        after: (ms, task) => machine.after(ms, task),
        random: () => machine.random(),
        bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(machine.random() * 256)),
      },
      fetch: refused,
    });
    client.on("frame", ({ direction, frame }) => this.#frames.seen(direction, frame));
    client.on("signedOut", () => {
      this.ended = true;
    });
    return client;
  }
}

function postOf(row: TimelineRow): Shown["posts"] {
  if (row.type !== "message" || row.message.seq === null || row.message.deleted) return [];
  const { seq, text, reactions } = row.message;
  const flat = reactions.flatMap(({ key, users }) => users.map((user) => `${user} ${key}`));
  return [{ seq, text, reactions: flat.sort() }];
}

/** The answer to every refresh: tokens don't expire here, so who asks for a new one has lost the session. */
async function refused(): Promise<Response> {
  const error = { code: "unauthorized", message: "this session has ended", retryable: false };
  // A real one reads its body outside of the simulator's schedule.
  return { ok: false, status: 401, json: async () => ({ error }) } as Response;
}
