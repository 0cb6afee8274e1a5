/** The log as one node meets it: late, silent, forgetful, and sometimes about the past. Safe all the same. */
import {
  Fenced,
  type Head,
  type Log,
  type LogRecord,
  type Millis,
  type Position,
  type RecordDraft,
  type RoomId,
  Unavailable,
  UnknownOutcome,
  type Unsubscribe,
} from "../../actors/ports.ts";
import type { SimNode } from "../../actors/runtime/sim.ts";
import type { SharedLog } from "./shared-log.ts";
import type { World } from "./world.ts";

/** Small steps find what large ones hide. */
const tailBytesMax = 2_000;
const scanMax = 8;

export class FaultyLog implements Log {
  readonly #world: World;
  readonly #node: SimNode;
  readonly #shared: SharedLog;
  /** While set, heads are those of this time. */
  #staleSince: number | null = null;
  readonly #unsubscribes: Unsubscribe[] = [];

  constructor(world: World, node: SimNode, shared: SharedLog) {
    this.#world = world;
    this.#node = node;
    this.#shared = shared;
  }

  get streams(): number {
    return this.#shared.log.streams;
  }

  streamOf(room: RoomId): number {
    return this.#shared.log.streamOf(room);
  }

  append(room: RoomId, expected: Position, draft: RecordDraft): Promise<Position> {
    const { faults } = this.#world;
    const fate = this.#world.sim.random();
    let bound = faults.appendRefused;
    if (fate < bound) return this.#never(new Unavailable("no quorum"));
    bound += faults.appendLost;
    if (fate < bound) return this.#silent(null, room, expected, draft);
    bound += faults.appendLanded;
    if (fate < bound) return this.#silent(this.#world.travel(), room, expected, draft);
    bound += faults.appendLate;
    if (fate < bound) {
      this.#world.saw("late");
      return this.#silent(this.#world.upTo(6_000), room, expected, draft);
    }
    return this.#world.remote(this.#node, () => this.#apply(room, expected, draft));
  }

  heads(rooms: readonly RoomId[]): Promise<Head[]> {
    const since = this.#staleSince;
    if (since === null) return this.#read("heads", () => this.#shared.log.heads(rooms));
    this.#world.trace.add("stale heads", since);
    this.#world.blinded++;
    return this.#read("heads", async () => rooms.map((room) => this.#shared.headAt(room, since)));
  }

  tail(room: RoomId, after: Position, bytesMax: number): Promise<LogRecord[]> {
    return this.#read("tail", () => this.#shared.log.tail(room, after, Math.min(bytesMax, tailBytesMax)));
  }

  scan(stream: number, after: Position, countMax: number): Promise<LogRecord[]> {
    return this.#read("scan", () => this.#shared.log.scan(stream, after, Math.min(countMax, scanMax)));
  }

  async subscribe(room: RoomId, deliver: (record: LogRecord) => void): Promise<Unsubscribe> {
    const unsubscribe = await this.#read("subscribe", () =>
      this.#shared.log.subscribe(room, (record) => this.#live(record, deliver)),
    );
    this.#unsubscribes.push(unsubscribe);
    return unsubscribe;
  }

  follow(stream: number, wake: () => void): Unsubscribe {
    const unsubscribe = this.#shared.log.follow(stream, () => this.#node.after(this.#world.travel(), wake));
    this.#unsubscribes.push(unsubscribe);
    return unsubscribe;
  }

  async trim(_stream: number, _before: Millis, _upTo: Position): Promise<number> {
    return 0;
  }

  /** A cut-off leader: for a while its heads are those of now. */
  beStale(ms: number): void {
    if (this.#staleSince !== null) return;
    this.#staleSince = this.#world.sim.now();
    this.#world.infra.after(ms, () => {
      this.#staleSince = null;
    });
  }

  /** The node is gone: nobody delivers to it any more. */
  cut(): void {
    for (const unsubscribe of this.#unsubscribes) unsubscribe();
  }

  async #apply(room: RoomId, expected: Position, draft: RecordDraft): Promise<Position> {
    try {
      return await this.#shared.append(room, expected, draft);
    } catch (error) {
      if (error instanceof Fenced) this.#world.saw("fenced");
      throw error;
    }
  }

  #never(error: Error): Promise<never> {
    return new Promise((_, reject) => {
      this.#node.after(this.#world.travel(), () => reject(error));
    });
  }

  /** No answer comes back. @param landsMs when it reaches the log; null: never */
  #silent(landsMs: number | null, room: RoomId, expected: Position, draft: RecordDraft): Promise<never> {
    this.#world.saw("unknown");
    this.#world.trace.add("silent append", room, expected, landsMs);
    if (landsMs !== null) {
      this.#world.infra.after(landsMs, () => {
        this.#apply(room, expected, draft).catch(() => this.#world.trace.add("late append fenced", room));
      });
    }
    return new Promise((_, reject) => {
      this.#node.after(50 + this.#world.upTo(500), () => reject(new UnknownOutcome("no answer")));
    });
  }

  #read<T>(what: string, read: () => Promise<T>): Promise<T> {
    const { faults } = this.#world;
    if (this.#world.chance(faults.readFails)) {
      this.#world.trace.add("read fails", what);
      this.#world.blinded++;
      return this.#never(new Unavailable(what));
    }
    return this.#world.remote(this.#node, read);
  }

  #live(record: LogRecord, deliver: (record: LogRecord) => void): void {
    const { faults } = this.#world;
    if (this.#world.chance(faults.liveDropped)) {
      this.#world.trace.add("live dropped", record.room, record.from);
      this.#world.saw("liveDropped");
      return;
    }
    const delay = this.#world.chance(faults.liveDelayed) ? this.#world.upTo(3_000) : this.#world.travel();
    this.#node.after(delay, () => deliver(record));
    if (!this.#world.chance(faults.liveDoubled)) return;
    this.#node.after(delay + this.#world.upTo(1_000), () => deliver(record));
  }
}
