/**
 * What a room remembers of cids: a bounded cache, and two numbers about everything that it doesn't hold.
 *
 * `t` is the latest cid time and `w` the latest log position of any cid that isn't cached. So a cid that isn't cached
 * is new when its time is above t, or when somebody looked in the store and log up to a position ≥ w and
 * found nothing. That is exact with any clocks: clocks only move the cost.
 */
import { limits } from "../limits.ts";
import type { Cid, Millis, Outcome, Position, UserId } from "../ports.ts";
import { Heap } from "../runtime/heap.ts";
import { cidTime } from "./cid.ts";

/** One flat object: a busy room holds many. */
type Entry = Outcome & { key: string; time: Millis; position: Position };

export class KnownCids {
  readonly #max: number;
  readonly #entries = new Map<string, Entry>();
  /** The earliest cid time is evicted first, which keeps t low. */
  readonly #heap = new Heap<Entry>((a, b) => a.time < b.time);
  /** Entries of the turn that isn't committed yet: their position is still unknown. */
  #turn: Entry[] = [];
  #t: Millis;
  #w: Position;
  /** The same two numbers as if nothing were cached: what a snapshot holds. */
  #tAll: Millis;
  #wAll: Position;

  constructor(t: Millis = 0, w: Position = 0, max: number = limits.cidsMax) {
    this.#t = this.#tAll = t;
    this.#w = this.#wAll = w;
    this.#max = max;
  }

  /** `durable`: its record is in the log; false while its turn is being decided. */
  get(by: UserId, cid: Cid): { outcome: Outcome; durable: boolean } | undefined {
    const entry = this.#entries.get(keyOf(by, cid));
    return entry && { outcome: entry, durable: entry.position > 0 };
  }

  /** True when a cid that isn't cached can't have an outcome. */
  isNew(cid: Cid, looked: Position | undefined): boolean {
    return cidTime(cid) > this.#t || (looked !== undefined && looked >= this.#w);
  }

  /** Remembers an outcome of the turn that is being decided. */
  add(by: UserId, cid: Cid, outcome: Outcome): void {
    const entry: Entry = { key: keyOf(by, cid), time: cidTime(cid), position: 0, ...outcome };
    this.#entries.set(entry.key, entry);
    this.#turn.push(entry);
    this.#tAll = Math.max(this.#tAll, entry.time);
  }

  /** The turn's record lies at `position`. Evicts only now: positions of a running turn aren't known. */
  commit(position: Position): void {
    for (const entry of this.#turn) {
      entry.position = position;
      this.#heap.push(entry);
    }
    if (this.#turn.length > 0) this.#wAll = Math.max(this.#wAll, position);
    this.#turn = [];
    while (this.#heap.size > this.#max || this.#outdated()) this.#evict();
  }

  /** Something with a cid of this time lies at or below this position, and isn't held. */
  forget(time: Millis, position: Position): void {
    this.#t = Math.max(this.#t, time);
    this.#w = Math.max(this.#w, position);
    this.#tAll = Math.max(this.#tAll, time);
    this.#wAll = Math.max(this.#wAll, position);
  }

  /** t and w as if nothing were cached. */
  bounds(): { t: Millis; w: Position } {
    return { t: this.#tAll, w: this.#wAll };
  }

  /** By the clock that cids bring along: the youngest is the time. */
  #outdated(): boolean {
    const { least } = this.#heap;
    return least !== undefined && least.time < this.#tAll - limits.cidsKeptMs;
  }

  #evict(): void {
    const entry = this.#heap.pop();
    if (entry === undefined) return;
    this.#entries.delete(entry.key);
    this.#t = Math.max(this.#t, entry.time);
    this.#w = Math.max(this.#w, entry.position);
  }
}

/** Joined, since a template's string would be kept as a rope. */
function keyOf(by: UserId, cid: Cid): string {
  return [by, cid].join(" ");
}
