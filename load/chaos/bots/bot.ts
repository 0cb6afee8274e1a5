/** One person with one device: the real SDK over a real socket. What it does and sees is read off its frames. */
import type { RoomId, SessionId, UserId } from "../../../actors/ports.ts";
import type { Client, Room, TimelineRow } from "../../../sdk/api.ts";
import { createClient, memoryStorage } from "../../../sdk/index.ts";
import { type ClientPlatform, realPlatform } from "../../../sdk/platform.ts";
import type { Copy, Shown } from "../../../test/sim/check/history.ts";
import { FrameReader } from "../../../test/sim/frame-reader.ts";
import type { Recorder, Scene } from "../../../test/sim/recorder.ts";
import type { Chance } from "../../kit/chance.ts";
import { ChaosWire, type Door } from "../wire.ts";

export interface BotOptions {
  name: string;
  /** For register, login and refresh. */
  http: string;
  doors: () => readonly Door[];
  chance: Chance;
  scene: Scene;
  recorder: Recorder;
  /** Whether it comes back without waiting for its turn. */
  unmannered: () => boolean;
}

/** A room is paged whole; far more than a run makes. */
const pagesMax = 200;
const password = "correct horse battery staple";

export class Bot {
  readonly name: string;
  readonly chance: Chance;
  readonly #options: BotOptions;
  readonly #wire: ChaosWire;
  readonly #storage = memoryStorage();
  #reader: FrameReader | null = null;
  /** What was begun and has no end yet. */
  readonly #open = new Map<number, string>();
  #begun = 0;
  #node = "";
  #moved = false;
  client: Client;
  /** The server said stop. */
  ended = false;
  /** Came back on another node with cursors, and was live again. */
  moves = 0;
  /** Close codes, by how often they came. */
  readonly closes = new Map<number, number>();
  readonly #changes: string[] = [];

  private constructor(options: BotOptions) {
    this.name = options.name;
    this.chance = options.chance;
    this.#options = options;
    this.#wire = new ChaosWire(options.doors, options.chance, (node) => this.#opened(node));
    this.client = this.#boot();
  }

  /** Registered, online. */
  static async start(options: BotOptions): Promise<Bot> {
    const bot = new Bot(options);
    await bot.client.register({ name: bot.name, password });
    await bot.begin();
    return bot;
  }

  /** The same person on another device. */
  static async again(of: Bot, options: BotOptions): Promise<Bot> {
    const bot = new Bot(options);
    await bot.client.login({ name: of.name, password });
    await bot.begin();
    return bot;
  }

  async begin(): Promise<void> {
    await this.client.connect();
    await this.client.ready(60_000);
  }

  get user(): UserId {
    const { me } = this.client;
    if (me === null) throw new Error(`${this.name} isn't signed in`);
    return me.id;
  }

  get reader(): FrameReader | null {
    return this.#reader;
  }

  get isOnline(): boolean {
    return this.client.connection === "online";
  }

  /** Which start of which node it speaks to, or spoke to last. */
  get node(): string {
    return this.#node;
  }

  /** What it waits for. */
  get open(): string[] {
    return [...this.#open.values()];
  }

  /** What hangs: what it waits for, and what an earlier run of the app left to this one. */
  get unfinished(): string[] {
    const left = this.client.outbox.list().filter(({ state }) => state === "queued" || state === "sending");
    return [...this.open, ...left.map(({ op, cid }) => `${this.name}: ${op} ${cid} in the outbox`)];
  }

  /** What became of its connection lately. */
  get story(): string {
    return this.#changes.join(", ");
  }

  /** Begins something; its refusal is the checker's business. */
  begins(what: string, doing: (client: Client) => Promise<unknown>): Promise<boolean> {
    const id = this.#begun++;
    this.#open.set(id, `${this.name}: ${what}`);
    const { client } = this;
    return doing(client)
      .then(
        () => true,
        () => false,
      )
      .finally(() => this.#open.delete(id));
  }

  room(id: RoomId): Room {
    return this.client.room(id);
  }

  /** The network takes the connection away. */
  cut(): void {
    this.#wire.cut();
  }

  away(isAway: boolean): void {
    this.#wire.away = isAway;
    if (isAway) this.#wire.cut();
  }

  /** The app dies, whatever it was doing, and starts again: only its storage is left. */
  async restart(): Promise<void> {
    const dead = this.client;
    this.#wire.cut();
    this.client = this.#boot();
    // What the dead one was asked for is the new one's business: it has the outbox.
    this.#open.clear();
    await dead.close();
    await this.client.connect();
  }

  async access(): Promise<{ token: string; session: SessionId }> {
    const { access, session } = (await this.#storage.get("session")) as {
      access: string;
      session: SessionId;
    };
    return { token: access, session };
  }

  /** All that it can show of a room, and what it can prove. */
  async show(id: RoomId): Promise<Shown> {
    const room = this.client.room(id);
    const { timeline } = room;
    for (let pages = 0; pages < pagesMax; pages++) {
      const hole = timeline.snapshot().findLast((row) => row.type === "hole");
      if (hole?.type === "hole") await timeline.older(hole.to);
      else if (timeline.hasOlder) await timeline.older();
      else break;
    }
    const { ok, head, faults } = await room.verify();
    return {
      ...{ user: this.user, device: this.name, room: id, head, faults: ok ? [] : faults },
      posts: timeline.snapshot().flatMap(postOf),
    };
  }

  /** What the server says to it of a room. */
  async summary(room: RoomId): Promise<Copy["summary"]> {
    const { rooms } = await this.client.call("room.summaries", { rooms: [room] });
    const [found] = rooms as unknown as { head: number; unread: number; read: number }[];
    return found === undefined ? null : { head: found.head, unread: found.unread, read: found.read };
  }

  #boot(): Client {
    const { http, unmannered } = this.#options;
    const hasty: ClientPlatform = {
      ...realPlatform,
      random: () => (unmannered() ? 0 : this.chance.next() / 4),
    };
    const client = createClient({
      url: http,
      storage: this.#storage,
      tab: this.name,
      transport: this.#wire,
      platform: hasty,
    });
    client.on("frame", ({ direction, frame }) => {
      if (client === this.client) this.#saw(direction, frame);
    });
    client.on("connection", ({ state, code }) => {
      if (code !== undefined) this.closes.set(code, (this.closes.get(code) ?? 0) + 1);
      this.#changes.push(`${state}${code === undefined ? "" : ` ${code}`}`);
      if (this.#changes.length > 12) this.#changes.shift();
    });
    client.on("signedOut", () => {
      this.ended = true;
    });
    return client;
  }

  #opened(node: string): void {
    this.#moved = this.#node !== "" && node.split(".")[0] !== this.#node.split(".")[0];
    this.#node = node;
    this.#reader?.opened(node);
  }

  #saw(direction: "in" | "out", frame: unknown): void {
    if (this.#reader === null && this.client.me !== null) {
      const { scene, recorder } = this.#options;
      this.#reader = new FrameReader(scene, recorder, this.client.me.id, this.name);
      this.#reader.opened(this.#node);
    }
    this.#reader?.seen(direction, frame);
    const { t, rooms } = frame as { t?: string; rooms?: object };
    if (direction === "in" && t === "live" && this.#moved && Object.keys(rooms ?? {}).length > 0) {
      this.#moved = false;
      this.moves++;
    }
  }
}

function postOf(row: TimelineRow): Shown["posts"] {
  if (row.type !== "message" || row.message.seq === null || row.message.deleted) return [];
  const { seq, text, reactions } = row.message;
  const flat = reactions.flatMap(({ key, users }) => users.map((user) => `${user} ${key}`));
  return [{ seq, text, reactions: flat.sort() }];
}
