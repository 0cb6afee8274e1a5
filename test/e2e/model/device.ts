/** A signed-in device with one socket: hello, account sync, resume, and a copy of each room. */
import type { Entry } from "../../../actors/room/frame.ts";
import type { ServerFrame } from "../../../src/protocol/frames.ts";
import { Copy } from "./copy.ts";
import { type Result, Wire } from "./wire.ts";

/** Something that the device got, over a socket or (connection "") in a page: judged when the run is over. */
export interface Seen {
  room: string;
  entry: Entry;
  connection: string;
}

type Live = Extract<ServerFrame, { t: "live" }>;
type Badge = Extract<ServerFrame, { t: "unread" }>;
type Item = { key: string; version: number; value: Record<string, unknown> | null };

let tabs = 0;

export class Device {
  readonly user: string;
  readonly session: string;
  readonly copies = new Map<string, Copy>();
  readonly seen: Seen[] = [];
  /** My own counts, as some device of mine changed them. */
  readonly badges: Badge[] = [];
  /** What the server did against the protocol, found when it came. */
  readonly faults: string[] = [];
  /** Rooms of the account, as its items say. */
  readonly items = new Map<string, Item["value"]>();
  /** The highest cursor that it named in each room: that counts as delivered, some time after. */
  readonly named = new Map<string, { epoch: string; seq: number }>();
  wire: Wire | null = null;
  readonly token: string;
  readonly #marks = new Map<string, [delivered: number, read: number]>();
  readonly #url: string;
  readonly #tab = `tab${++tabs}`;
  #version: number;
  #n = 0;
  #live: Live | null = null;

  /** `since`: the version of the account that it has. */
  constructor(
    url: string,
    user: string,
    { session, token, since }: { session: string; token: string; since: number },
  ) {
    this.#url = url;
    this.user = user;
    this.session = session;
    this.token = token;
    this.#version = since;
  }

  get online(): boolean {
    return this.wire?.open === true;
  }

  /** Answers what became of each room that it knows or is in. @throws Lost when refused */
  async connect(): Promise<Live> {
    this.wire = await Wire.open(this.#url, this.token, this.#tab, (frame, connection) =>
      this.#take(frame, connection),
    );
    const version = this.wire.welcome?.version ?? 0;
    if (version < this.#version)
      this.faults.push(`the account went from ${this.#version} back to ${version}`);
    await this.sync();
    const rooms = new Set([...this.copies.keys(), ...this.memberships()]);
    return await this.resume([...rooms]);
  }

  /** The code with which the server closes the socket; null when there is none. */
  async ended(): Promise<number | null> {
    return this.wire === null ? null : (await this.wire.ended()).code;
  }

  async drop(): Promise<void> {
    await this.wire?.close();
    this.wire = null;
  }

  /** Brings rooms up to where the server is; answers with what it said. */
  async resume(rooms: readonly string[], t: "resume" | "sync" = "resume"): Promise<Live> {
    const n = t === "resume" ? ++this.#n : 0;
    const cursors = rooms.map((room) => {
      const copy = this.copies.get(room);
      if (copy === undefined) return [room, null];
      const { epoch, last } = copy;
      const before = this.named.get(room);
      if (before?.epoch !== epoch || before.seq < last) this.named.set(room, { epoch, seq: last });
      return [room, [epoch, last]];
    });
    this.#live = null;
    this.wire?.say({ t, ...(t === "resume" ? { n } : {}), rooms: Object.fromEntries(cursors) });
    await this.wire?.until("live", () => this.#live?.n === n);
    if (this.#live === null) throw new Error("a resume needs a socket");
    return this.#live;
  }

  async ask(op: string, input: object): Promise<Result> {
    if (this.wire === null) throw new Error("a request needs a socket");
    return await this.wire.request(op, input);
  }

  /** What changed in the account since the last time. */
  async sync(): Promise<void> {
    for (let more = true; more; ) {
      const result = await this.ask("account.sync", { since: this.#version });
      if (!("ok" in result)) throw new Error(`account.sync: ${result.error.code}`);
      const page = result.ok as unknown as { version: number; items: Item[]; more: boolean };
      for (const { key, value } of page.items) this.items.set(key, value);
      this.#version = page.version;
      more = page.more;
    }
  }

  /** Ids of the rooms that the account says one is in. */
  memberships(): string[] {
    return [...this.items]
      .filter(([key, value]) => key.startsWith("room:") && value !== null && value.role !== null)
      .map(([key]) => key.slice("room:".length));
  }

  /** Loads what `limited` left out. */
  async fillHoles(): Promise<void> {
    for (const [room, copy] of this.copies) {
      for (const [from, to] of copy.holes.splice(0)) {
        for (let after = from - 1; after < to; ) {
          const result = await this.ask("room.history", { room, after, limit: Math.min(100, to - after) });
          if (!("ok" in result)) throw new Error(`room.history: ${result.error.code}`);
          const page = result.ok as unknown as { to: number; entries: Entry[] };
          for (const entry of page.entries) {
            this.seen.push({ room, entry, connection: "" });
            copy.fill(entry);
          }
          if (page.to <= after) throw new Error(`room.history after ${after} goes no further`);
          after = page.to;
        }
      }
    }
  }

  #take(frame: ServerFrame, connection: string): void {
    try {
      this.#follow(frame, connection);
    } catch (error) {
      this.faults.push(`${error instanceof Error ? error.message : error}, in ${JSON.stringify(frame)}`);
    }
  }

  #follow(frame: ServerFrame, connection: string): void {
    switch (frame.t) {
      case "events": {
        const copy = this.#copy(frame.room, frame.epoch);
        for (const entry of frame.events) {
          this.seen.push({ room: frame.room, entry, connection });
          copy.take(entry);
        }
        return;
      }
      case "limited":
        return this.#copy(frame.room, frame.epoch).skip(frame.from, frame.to);
      case "epoch":
        this.copies.delete(frame.room);
        return;
      case "live":
        for (const [room, [epoch, seq]] of Object.entries(frame.rooms)) {
          const { last } = this.#copy(room, epoch);
          if (last < seq) throw new Error(`live at ${seq} without the events after ${last}`);
        }
        this.#live = frame;
        return;
      case "unread":
        this.badges.push(frame);
        return;
      case "receipts":
        for (const mark of frame.marks) this.#rise(frame.room, mark);
        return this.#mustBeOpen(frame.room);
      case "typing":
        return this.#mustBeOpen(frame.room);
      default:
        return;
    }
  }

  /** Typing and receipts are for those who are in. */
  #mustBeOpen(room: string): void {
    if (this.copies.get(room)?.shut !== false) throw new Error("the room is closed to me");
  }

  /** Watermarks only rise, over crashes too (P7). */
  #rise(room: string, [user, delivered, read]: [string, number, number]): void {
    const key = `${room} ${user}`;
    const [wasDelivered, wasRead] = this.#marks.get(key) ?? [0, 0];
    if (delivered < wasDelivered || read < wasRead) throw new Error("a watermark went back");
    this.#marks.set(key, [delivered, read]);
  }

  /** Another epoch than mine: what I have of the room is worth nothing any more. */
  #copy(room: string, epoch: string): Copy {
    const mine = this.copies.get(room);
    const copy = mine?.epoch === epoch ? mine : new Copy(this.user, epoch);
    this.copies.set(room, copy);
    return copy;
  }
}
