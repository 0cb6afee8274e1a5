/**
 * History's way through one stream, with its own cursor, in bulks. It never skips a record: one that it can't apply is parked with
 * all later ones of its room, other rooms go on, and the checkpoint stays before it. Order of a bulk: documents → checkpoint →
 * tell the users concerned. A crash repeats work and loses none, but for a tell, which costs at most versionCheckMs.
 */

import {
  type Bus,
  type Log,
  type LogRecord,
  type Position,
  type RoomId,
  type Store,
  Unreadable,
  type UserId,
} from "../../actors/ports.ts";
import { project } from "../../actors/room/project.ts";
import { tailOf } from "../../actors/room/tail.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { type DeadLetter, letterOf, type Why } from "./dead-letters.ts";
import { LetterBox } from "./letter-box.ts";
import { delayAfter, isAway } from "./retry.ts";

export interface StreamReaderOptions {
  log: Log;
  store: Pick<Store, "projection" | "secrets">;
  bus: Bus;
  platform: Platform;
  onFailure: (error: unknown) => void;
  /** Told of each record that can't be applied, when it is met first. Default: nobody is. */
  refused?: (why: Why) => void;
  /** Records of one bulk. Default 200: about 10 ms of writing. */
  bulkMax?: number;
}

const bulkMax = 200;
/** Between two bulks that aren't full and that nobody waits for. Twenty posts a second share four commits. */
const paceMs = 250;

export const historyReader = "history";

export class StreamReader {
  readonly #options: StreamReaderOptions;
  readonly #stream: number;
  #cursor: Position | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #hurried = false;
  #endRest: (() => void) | null = null;
  #stopped = false;
  #failures = 0;
  /** While it is set, nothing but the clock ends the wait: a failure must not be repeated at the rate of commits. */
  #endBackoff: (() => void) | null = null;
  /** Where the first record lies that couldn't be applied. */
  readonly parked = new Map<RoomId, Position>();
  readonly #place: Pick<DeadLetter, "reader" | "stream">;
  readonly #letters: LetterBox;
  #retries = 0;
  #retryDue = false;
  #cancelRetry: (() => void) | null = null;
  #unfollow: () => void = () => {};
  #waiting: (() => void)[] = [];
  lag = 0;

  constructor(options: StreamReaderOptions, stream: number) {
    this.#options = options;
    this.#stream = stream;
    this.#place = { reader: historyReader, stream };
    this.#letters = new LetterBox(options.store.secrets, this.#place);
  }

  start(): void {
    this.#unfollow = this.#options.log.follow(this.#stream, () => this.#wake());
    this.#wake();
  }

  caughtUp(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#wake();
    });
  }

  hurry(): void {
    this.#hurried = true;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unfollow();
    this.#endRest?.();
    this.#endBackoff?.();
    this.#cancelRetry?.();
    await this.#running;
    this.#release();
  }

  #wake(): void {
    if (this.#stopped || this.#endBackoff !== null) return;
    // Resting: the timer wakes us, unless somebody waits.
    if (this.#endRest !== null && !this.#isAwaited) return;
    this.#endRest?.();
    this.#endRest = null;
    if (this.#running !== null) {
      this.#again = true;
      return;
    }
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.#again) this.#wake();
    });
  }

  async #run(): Promise<void> {
    this.#again = false;
    try {
      if (this.#retryDue) await this.#retry();
      while (!this.#stopped) {
        const read = await this.#bulk();
        this.#failures = 0;
        if (read === 0) break;
        if (read < (this.#options.bulkMax ?? bulkMax) && !this.#isAwaited) return this.#rest();
      }
      // A wake in between may have added records: only a run without one is caught up.
      if (!this.#again && this.parked.size === 0) this.#release();
    } catch (error) {
      this.#options.onFailure(error);
      this.#endBackoff = this.#options.platform.after(delayAfter(this.#failures++), () => {
        this.#endBackoff = null;
        this.#wake();
      });
    }
  }

  get #isAwaited(): boolean {
    return this.#hurried || this.#waiting.length > 0;
  }

  /** A commit each few milliseconds serves many records; the first after a silence doesn't wait. */
  #rest(): void {
    this.#endRest = this.#options.platform.after(paceMs, () => {
      this.#endRest = null;
      this.#wake();
    });
  }

  /** How many records it read. */
  async #bulk(): Promise<number> {
    const { log, store } = this.#options;
    this.#hurried = false;
    const countMax = this.#options.bulkMax ?? bulkMax;
    const advanced = this.parked.size === 0 ? await this.#advance(countMax) : null;
    if (advanced !== null) return advanced;
    this.#cursor ??= await store.projection.checkpoint(this.#stream);
    const records = await this.#scan(log, this.#cursor, countMax);
    if (records === null) return 1;
    this.lag = records.length;
    const last = records.at(-1);
    if (last === undefined) return 0;
    await this.#write(records, last.position);
    this.#cursor = last.position;
    await this.#letters.dropLanded(this.#cursor ?? 0, this.parked);
    return records.length;
  }

  /** null: the store can't by itself, or has come upon a record that can't be applied. */
  async #advance(countMax: number): Promise<number | null> {
    const { store, bus } = this.#options;
    try {
      const advance = await store.projection.advance?.(this.#stream, countMax);
      if (advance === undefined) return null;
      this.lag = advance.count;
      this.#cursor = advance.position;
      tell(bus, advance.raised);
      await this.#letters.dropLanded(this.#cursor ?? 0, this.parked);
      return advance.count;
    } catch (error) {
      if (isAway(error)) throw error;
      this.#cursor = null;
      return null;
    }
  }

  /** null: the next record can't be read. It is parked, and the others go on after it. */
  async #scan(log: Log, after: Position, countMax: number): Promise<LogRecord[] | null> {
    try {
      return await log.scan(this.#stream, after, countMax);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      if (!this.parked.has(error.room)) await this.#park(error, null, error);
      await this.#apply([], error.position);
      this.#cursor = error.position;
      return null;
    }
  }

  async #write(records: readonly LogRecord[], position: Position): Promise<void> {
    try {
      await this.#apply(this.#unparked(records), position);
    } catch (error) {
      if (isAway(error)) throw error;
      // One of them can't be applied: whose fault it is shows one by one.
      for (const record of records) {
        if (!this.parked.has(record.room)) await this.#applyOrPark(record);
      }
      await this.#apply([], position);
    }
  }

  #unparked(records: readonly LogRecord[]): readonly LogRecord[] {
    return this.parked.size === 0 ? records : records.filter(({ room }) => !this.parked.has(room));
  }

  /** The checkpoint comes up to `position`, but never to a parked record. null: it stays. */
  async #apply(records: readonly LogRecord[], position: Position | null): Promise<void> {
    const { log, store, bus } = this.#options;
    const writes = records.flatMap(project);
    if (position === null) return tell(bus, await store.projection.apply(writes));
    const upTo = Math.min(position, ...[...this.parked.values()].map((first) => first - 1));
    const anchor = await log.anchorAt?.(this.#stream, upTo);
    // Of a room without a letter nobody else knows: then the whole stream is no further than its checkpoint.
    const lettered = [...this.parked.keys()].every((room) => this.#letters.holds(room));
    const reached = upTo < position && lettered && { reached: position };
    const checkpoint = { stream: this.#stream, position: upTo, ...reached, ...(anchor && { anchor }) };
    tell(bus, await store.projection.apply(writes, checkpoint));
  }

  async #applyOrPark(record: LogRecord): Promise<boolean> {
    try {
      await this.#apply([record], null);
      return true;
    } catch (error) {
      if (isAway(error)) throw error;
      await this.#park(record, record, error);
      return false;
    }
  }

  /** Its room waits from here on. @param record null: it couldn't be read */
  async #park({ room, position }: Place, record: LogRecord | null, error: unknown): Promise<void> {
    const { platform, onFailure, refused } = this.#options;
    onFailure(error);
    const letter = letterOf(this.#place, record, { room, position }, error, platform.now());
    if (this.parked.get(room) !== position) refused?.(letter.why);
    this.parked.set(room, position);
    await this.#letters.put(letter);
    this.#cancelRetry ??= this.#options.platform.after(delayAfter(this.#retries++), () => {
      this.#cancelRetry = null;
      this.#retryDue = true;
      this.#wake();
    });
  }

  /** Parked rooms again, each from its first parked record. */
  async #retry(): Promise<void> {
    for (const [room, first] of this.parked) {
      if (await this.#applyRoom(room, first)) this.parked.delete(room);
    }
    if (this.parked.size === 0) this.#retries = 0;
    if (this.#cursor !== null) await this.#apply([], this.#cursor);
    await this.#letters.dropLanded(this.#cursor ?? 0, this.parked);
    this.#retryDue = false;
  }

  async #applyRoom(room: RoomId, first: Position): Promise<boolean> {
    try {
      for await (const records of tailOf(this.#options.log, room, first - 1)) {
        for (const record of records) if (!(await this.#applyOrPark(record))) return false;
      }
      return true;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      await this.#park(error, null, error);
      return false;
    }
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

interface Place {
  room: RoomId;
  position: Position;
}

/** Their accounts changed: whoever has a connection of theirs syncs. */
export function tell(bus: Bus, users: readonly UserId[]): void {
  for (const user of users) bus.publish(`user.${user}`, { t: "account" });
}
