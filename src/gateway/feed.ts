/**
 * A node's local fan-out of one room. Records come from the log after commit, in order; a hole is repaired from
 * documents and log before anything above it is handed out. Membership is applied in the same order, so a removed member gets
 * the lines up to and with the removal, then leaves the feed.
 */

import { limits } from "../../actors/limits.ts";
import type { Epoch, LogRecord, Millis, RoomId, Seq, Unsubscribe, UserId } from "../../actors/ports.ts";
import { bury, type CaughtUp, catchUp, type KnownLine, type Sources } from "../../actors/room/catch-up.ts";
import type { Cursor } from "../../actors/room/events.ts";
import type { Viewer } from "../../actors/room/frame.ts";
import { eventOf, frameOf, linesOf, type Part, partsOf, view, viewFrame } from "../../actors/room/frame.ts";
import { advance, closedAt, entriesFor, type Sight } from "../../actors/room/sight.ts";
import { deletionsIn, exits, leavers, upTo } from "./lines.ts";

/** One connection, as a feed sees it. */
export interface Subscriber extends Viewer {
  readonly user: UserId;
  readonly connection: string;
  push(frame: string): void;
  /** The feed let it go: its user was no longer a member at the cursor, or too much was held back. */
  detached(room: RoomId, why: "left" | "slow", cursor: Cursor): void;
}

/** Live records that wait until older ones were sent; null once live. */
type Held = { records: KnownLine[][]; bytes: number } | null;

const deletions = '"kind":"deleted"';
const repairStep = 500;

export interface FeedSources extends Sources {
  /** Documents and log are about to be read for somebody who is behind. */
  reading?: () => void;
  /** A live record didn't follow the one before. */
  holed?: () => void;
  /** A record that was made then went out. */
  delivered?: (at: Millis) => void;
  onFailure: (error: unknown) => void;
}

export class Feed {
  readonly room: RoomId;
  readonly #sources: FeedSources;
  readonly #attached = new Map<Subscriber, Held>();
  /** Newest lines, consecutive up to `seq`. */
  #ring: KnownLine[] = [];
  #ringBytes = 0;
  #filling: Promise<void> | null = null;
  #repairing: Promise<void> | null = null;
  /** Records that came while the head was unknown or a hole was being repaired. */
  #early: LogRecord[] = [];
  #earlyBytes = 0;
  #open = false;
  #unsubscribe: Unsubscribe = () => {};
  epoch: Epoch = "";
  /** Everything up to here was handed out. */
  seq: Seq = 0;

  constructor(room: RoomId, sources: FeedSources) {
    this.room = room;
    this.#sources = sources;
  }

  get size(): number {
    return this.#attached.size;
  }

  /** Subscribes before it reads the head, so that nothing falls between the two. */
  async open(head: () => Promise<{ seq: Seq; epoch: Epoch }>): Promise<void> {
    this.#unsubscribe = await this.#sources.log.subscribe(this.room, (record) => this.#take(record));
    const { seq, epoch } = await head();
    this.seq = seq;
    this.epoch = epoch;
    this.#open = true;
    this.#takeEarly();
  }

  close(): void {
    this.#unsubscribe();
    this.#attached.clear();
  }

  /** Somebody knows of a higher seq (a reply, the leader's head): fetch what is missing. */
  async reach(seq: Seq): Promise<void> {
    if (seq > this.seq) await this.#repair();
  }

  /** From here on live lines are held for this subscriber, until `release`. Returns the seq that they follow. */
  hold(subscriber: Subscriber): Seq {
    this.#attached.set(subscriber, { records: [], bytes: 0 });
    return this.seq;
  }

  isAttached(subscriber: Subscriber): boolean {
    return this.#attached.has(subscriber);
  }

  /** Hands out what was held, as far as this sight goes, and goes live. False when the user is no member any more. */
  release(subscriber: Subscriber, sight: Sight): boolean {
    const held = this.#attached.get(subscriber);
    if (held === undefined) return false;
    this.#attached.set(subscriber, null);
    for (const lines of held?.records ?? []) {
      for (const { line } of lines) advance(sight, eventOf(line));
      this.#pushLines(subscriber, upTo(lines, closedAt(sight)), sight);
      if (sight.role === null) break;
    }
    if (sight.role !== null) return true;
    this.#attached.delete(subscriber);
    return false;
  }

  detach(subscriber: Subscriber): void {
    this.#attached.delete(subscriber);
  }

  /** A frame that isn't an event (typing, receipts) to all live subscribers but one. */
  broadcast(frame: string, exceptUser: UserId | null): void {
    for (const [subscriber, held] of this.#attached) {
      if (held === null && subscriber.user !== exceptUser) subscriber.push(frame);
    }
  }

  /** Whole lines of (after, upTo] from memory; null when memory doesn't reach back so far. */
  async recall(after: Seq, upTo: Seq): Promise<KnownLine[] | null> {
    if (after >= upTo) return [];
    if (after < upTo - limits.ringEventsMax) return null;
    // A memory that is full of long lines wouldn't keep what is read for it.
    if (this.#start() > after + 1 && this.#ringBytes < limits.ringBytesMax) await this.#fill(upTo);
    const start = this.#start();
    if (start > after + 1) return null;
    return this.#ring.slice(after + 1 - start, upTo + 1 - start);
  }

  /** Lines that memory doesn't hold, from documents and log. */
  read(after: Seq, max: number): Promise<CaughtUp> {
    this.#sources.reading?.();
    return catchUp(this.#sources, this.room, after, max);
  }

  #start(): Seq {
    return this.#ring[0]?.seq ?? this.seq + 1;
  }

  /** One read fills the memory for a whole storm of resumes. */
  #fill(upTo: Seq): Promise<void> {
    this.#filling ??= this.#read(upTo).finally(() => {
      this.#filling = null;
    });
    return this.#filling;
  }

  async #read(upTo: Seq): Promise<void> {
    const after = Math.max(0, upTo - limits.ringEventsMax);
    const { lines } = await this.read(after, limits.ringEventsMax);
    // What came live meanwhile is newer: keep it, and put the older ones before it.
    const start = this.#start();
    const older = lines.filter(({ seq }) => seq < start);
    if (older.at(-1)?.seq !== start - 1) return;
    // So may a deletion be of what was read.
    bury(older, deletionsIn(this.#ring));
    this.#ring = [...older, ...this.#ring];
    this.#ringBytes = bytesOf(this.#ring);
    this.#cut();
  }

  #take(record: LogRecord): void {
    if (!this.#open || this.#repairing !== null) return this.#wait(record);
    if (record.count === 0 || record.from + record.count - 1 <= this.seq) return;
    if (record.from !== this.seq + 1) {
      this.#sources.holed?.();
      this.#wait(record);
      this.#repair().catch(this.#sources.onFailure);
      return;
    }
    const lines = this.#linesIn(record);
    if (lines === null) return;
    this.epoch = record.epoch;
    this.#deliver(lines, record.frame);
    if (this.#attached.size > 0) this.#sources.delivered?.(record.at);
  }

  /** null: what can't be read is said, and ends here: nobody above us could do better, and other rooms' records follow. */
  #linesIn({ room, server, from, frame }: LogRecord): KnownLine[] | null {
    try {
      const { parts } = partsOf({ room, server });
      return linesOf(frame).map((line, i) => ({ seq: from + i, line, part: parts[i] as Part }));
    } catch (error) {
      this.#sources.onFailure(error);
      return null;
    }
  }

  #wait(record: LogRecord): void {
    this.#early.push(record);
    this.#earlyBytes += record.frame.length;
    // A hole of any size is repaired by reading: what waits here may be forgotten.
    while (this.#early.length > limits.heldFramesMax || this.#earlyBytes > limits.heldBytesMax) {
      this.#earlyBytes -= this.#early.shift()?.frame.length ?? 0;
    }
  }

  #takeEarly(): void {
    const early = this.#early;
    this.#early = [];
    this.#earlyBytes = 0;
    for (const record of early) this.#take(record);
  }

  #repair(): Promise<void> {
    this.#repairing ??= this.#readOn().then(
      () => {
        this.#repairing = null;
        this.#takeEarly();
      },
      (error) => {
        // What waits stays; the next record or the next comparison of heads tries again.
        this.#repairing = null;
        throw error;
      },
    );
    return this.#repairing;
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const { lines, more, epoch } = await this.read(this.seq, repairStep);
      if (epoch !== null) this.epoch = epoch;
      if (lines.length === 0) return;
      const whole = lines.map(({ line }) => line);
      this.#deliver(lines, this.#frame(this.seq + 1, whole));
      if (!more) return;
    }
  }

  /** The one way in which a line becomes live. */
  #deliver(lines: KnownLine[], frame: string): void {
    const last = lines.at(-1) as KnownLine;
    this.seq = last.seq;
    const senders = new Set<UserId>();
    for (const { part } of lines) if (part.cid !== undefined) senders.add(part.by);
    const leaving = exits.test(frame) ? leavers(lines) : null;
    for (const [subscriber, held] of this.#attached) {
      if (held !== null) this.#keep(subscriber, held, lines);
      else if (leaving?.has(subscriber.user))
        this.#letGo(subscriber, lines, leaving.get(subscriber.user) as Seq);
      else if (senders.has(subscriber.user)) subscriber.push(viewFrame(frame, lines, subscriber));
      else subscriber.push(frame);
    }
    this.#remember(lines, frame);
  }

  #keep(subscriber: Subscriber, held: NonNullable<Held>, lines: KnownLine[]): void {
    held.records.push(lines);
    held.bytes += bytesOf(lines);
    if (held.records.length <= limits.heldFramesMax && held.bytes <= limits.heldBytesMax) return;
    this.#attached.delete(subscriber);
    subscriber.detached(this.room, "slow", [this.epoch, this.seq]);
  }

  #letGo(subscriber: Subscriber, lines: readonly KnownLine[], removal: Seq): void {
    const last = upTo(lines, removal + 1).map(({ line, part }) => view(line, part, subscriber));
    subscriber.push(this.#frame(lines[0]?.seq ?? 0, last));
    this.#attached.delete(subscriber);
    subscriber.detached(this.room, "left", [this.epoch, removal]);
  }

  #pushLines(subscriber: Subscriber, lines: readonly KnownLine[], sight: Sight): void {
    if (lines.length > 0) subscriber.push(this.slice(lines, subscriber, sight));
  }

  /** A frame of these lines as one viewer gets them, voids included. */
  slice(lines: readonly KnownLine[], viewer: Viewer, sight: Sight): string {
    return frameOf(this.room, this.epoch, lines[0]?.seq ?? 0, entriesFor(lines, viewer, sight));
  }

  #frame(from: Seq, lines: readonly string[]): string {
    return frameOf(this.room, this.epoch, from, lines);
  }

  #remember(lines: readonly KnownLine[], frame: string): void {
    for (const line of lines) this.#ring.push(line);
    this.#ringBytes += bytesOf(lines);
    if (frame.includes(deletions)) {
      bury(this.#ring, deletionsIn(lines));
      this.#ringBytes = bytesOf(this.#ring);
    }
    this.#cut();
  }

  /** Twice the size before it is cut, so that cutting is rare. Cut for its bytes, it is left with a bound of them or more. */
  #cut(): void {
    const { ringEventsMax, ringBytesMax } = limits;
    if (this.#ring.length <= 2 * ringEventsMax && this.#ringBytes <= 2 * ringBytesMax) return;
    const newest = this.#ring.slice(-ringEventsMax);
    let bytes = 0;
    const full = newest.findLastIndex(({ line }) => {
      bytes += line.length;
      return bytes >= ringBytesMax;
    });
    this.#ring = newest.slice(Math.max(0, full));
    this.#ringBytes = bytes;
  }
}

function bytesOf(lines: readonly KnownLine[]): number {
  return lines.reduce((bytes, { line }) => bytes + line.length, 0);
}
