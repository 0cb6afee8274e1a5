/** The feeds of one node: opened for the first subscriber of a room, closed some time after the last one left. */

import * as v from "valibot";
import type { Bus, Head, Json, RoomId, Seq, Store } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { every, giveWay, pause } from "../waiting.ts";
import { Feed, type FeedSources, type Subscriber } from "./feed.ts";

export interface FeedsSources extends FeedSources {
  store: Pick<Store, "messages" | "projection" | "rooms">;
  bus: Bus;
  platform: Platform;
}

interface Held {
  feed: Feed;
  opening: Promise<void>;
  unsubscribe: () => void;
  /** Who waits for it to open and will attach. */
  openers: number;
  /** Cancels the closing of a feed that nobody reads. */
  keep: (() => void) | null;
}

const note = v.object({ seq: v.number(), from: v.nullable(v.string()), frame: v.string() });

/** Memory of a room survives a reconnect storm. */
const lingerMs = 10_000;
/** Interest spreads asynchronously: a new feed compares heads soon, and again, then with all others. */
const compareAfterMs = [100, 1_000];
/** Feeds that opened so close together are compared by one question: a storm of resumes opens thousands. */
const compareTickMs = 50;
/** From a commit to its delivery: a message between threads. */
const arrivalMs = 20;
const compareEveryMs = 30_000;
/** Heads asked for at once: about a millisecond. */
const compareSlice = 250;

export class Feeds {
  readonly #sources: FeedsSources;
  readonly #held = new Map<RoomId, Held>();
  readonly #endComparing: () => void;
  /** New feeds, by the tick at which their heads are compared. */
  readonly #due = new Map<number, { rooms: RoomId[]; cancel: () => void }>();
  #stopped = false;
  /** Reads of documents and log for those who are behind, for metrics. */
  reads = 0;
  /** Live records that didn't follow the one before, for metrics. */
  holes = 0;

  constructor(sources: FeedsSources) {
    const reading = () => {
      this.reads++;
    };
    const holed = () => {
      this.holes++;
    };
    this.#sources = { ...sources, reading, holed };
    this.#endComparing = every(sources.platform, compareEveryMs, () => {
      this.compareAll().catch(sources.onFailure);
    });
  }

  /** Compares all heads with the log's, now: live records may have been lost. */
  compareAll(): Promise<void> {
    return this.#compare([...this.#held.keys()]);
  }

  get size(): number {
    return this.#held.size;
  }

  get(room: RoomId): Feed | undefined {
    return this.#held.get(room)?.feed;
  }

  /** The room's feed, open, with this subscriber held at seq `noted`. Whoever detaches it calls `idle`. */
  async hold(room: RoomId, subscriber: Subscriber): Promise<{ feed: Feed; noted: Seq }> {
    let held = this.#held.get(room);
    if (held === undefined) {
      held = this.#start(room);
      this.#held.set(room, held);
    }
    held.keep?.();
    held.keep = null;
    held.openers++;
    try {
      await held.opening;
      return { feed: held.feed, noted: held.feed.hold(subscriber) };
    } finally {
      held.openers--;
    }
  }

  /** Resolves when what was committed a moment ago has had the time to come. */
  async arrival(): Promise<void> {
    await pause(this.#sources.platform, arrivalMs);
    // After a busy turn a timer is due before what other threads sent: one turn more lets them speak.
    await giveWay(this.#sources.platform);
  }

  /** Somebody left: close the feed after a while if nobody is there. */
  idle(room: RoomId): void {
    const held = this.#held.get(room);
    if (held === undefined || isRead(held) || held.keep !== null || this.#stopped) return;
    held.keep = this.#sources.platform.after(lingerMs, () => {
      held.keep = null;
      if (!isRead(held)) this.#close(room, held);
    });
  }

  /** Closes a feed that nobody reads, now: ids that lead nowhere must not pile up. */
  drop(room: RoomId): void {
    const held = this.#held.get(room);
    if (held !== undefined && !isRead(held)) this.#close(room, held);
  }

  stop(): void {
    this.#stopped = true;
    this.#endComparing();
    for (const { cancel } of this.#due.values()) cancel();
    for (const [room, held] of this.#held) this.#close(room, held);
  }

  #start(room: RoomId): Held {
    const feed = new Feed(room, this.#sources);
    const held: Held = {
      feed,
      opening: Promise.resolve(),
      unsubscribe: () => {},
      openers: 0,
      keep: null,
    };
    held.opening = this.#opening(room, held);
    held.opening.catch(() => this.#close(room, held));
    return held;
  }

  async #opening(room: RoomId, held: Held): Promise<void> {
    const { log, store, bus } = this.#sources;
    await held.feed.open(async () => {
      const [[head], [document]] = await Promise.all([log.heads([room]), store.rooms.many([room])]);
      return { seq: Math.max(head?.seq ?? 0, document?.seq ?? 0), epoch: document?.epoch ?? "" };
    });
    held.unsubscribe = await bus.subscribe(`room.${room}`, (message) => relay(held.feed, message));
    for (const ms of compareAfterMs) this.#compareAfter(ms, room);
    // Closed meanwhile: nobody else would end these.
    if (this.#held.get(room) !== held) this.#close(room, held);
  }

  #close(room: RoomId, held: Held): void {
    held.keep?.();
    held.unsubscribe();
    held.feed.close();
    if (this.#held.get(room) === held) this.#held.delete(room);
  }

  /** A lost record shows as a head above the feed's seq. One room's failure is no other room's. */
  async #compare(rooms: RoomId[]): Promise<void> {
    for (let at = 0; at < rooms.length; at += compareSlice) {
      const known = rooms.slice(at, at + compareSlice).filter((room) => this.#held.has(room));
      if (known.length === 0) continue;
      const heads = await this.#sources.log.heads(known);
      // Whoever reads the log sees a record a little before the feed is told: most need no reading.
      if (known.some((room, i) => this.#isBehind(room, heads[i]))) await this.arrival();
      const reaching = known.map((room, i) => this.get(room)?.reach(heads[i]?.seq ?? 0));
      await Promise.all(reaching.map((reached) => reached?.catch(this.#sources.onFailure)));
      await giveWay(this.#sources.platform);
    }
  }

  #isBehind(room: RoomId, head: Head | undefined): boolean {
    return (head?.seq ?? 0) > (this.get(room)?.seq ?? 0);
  }

  #compareAfter(ms: number, room: RoomId): void {
    const { platform, onFailure } = this.#sources;
    if (this.#stopped) return;
    const now = platform.monotonic();
    const tick = Math.ceil((now + ms) / compareTickMs);
    const due = this.#due.get(tick);
    if (due !== undefined) {
      due.rooms.push(room);
      return;
    }
    const rooms = [room];
    const cancel = platform.after(tick * compareTickMs - now, () => {
      this.#due.delete(tick);
      this.#compare(rooms).catch(onFailure);
    });
    this.#due.set(tick, { rooms, cancel });
  }
}

function isRead({ feed, openers }: Held): boolean {
  return feed.size > 0 || openers > 0;
}

/** Typing and receipts: a feed that is behind their seq drops them, and nobody gets their own. */
function relay(feed: Feed, message: Json): void {
  const parsed = v.safeParse(note, message);
  if (!parsed.success) return;
  const { seq, from, frame } = parsed.output;
  if (seq <= feed.seq) feed.broadcast(frame, from);
}
