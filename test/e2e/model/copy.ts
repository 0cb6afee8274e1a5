/** One device's copy of one room, kept by the rules of docs/protocol.md §5. */
import type { Stub } from "../../../actors/room/events.ts";
import type { Entry } from "../../../actors/room/frame.ts";

export type Kept = Exclude<Entry, { void: unknown }> | "void";

export class Copy {
  readonly user: string;
  readonly epoch: string;
  last = 0;
  readonly kept = new Map<number, Kept>();
  /** Ranges that the server left out; see `limited`. */
  readonly holes: [from: number, to: number][] = [];
  /** My own membership ended: nothing more may come but my next entering. */
  shut = false;

  constructor(user: string, epoch: string) {
    this.user = user;
    this.epoch = epoch;
  }

  /** One entry of an `events` frame. @throws on a gap: the server promised none */
  take(entry: Entry): void {
    if ("void" in entry) {
      const [first, last] = entry.void;
      if (first > this.last + 1) throw new Error(`a void from ${first} after ${this.last}`);
      for (let seq = Math.max(first, this.last + 1); seq <= last; seq++) this.kept.set(seq, "void");
      this.last = Math.max(this.last, last);
      return;
    }
    if (entry.seq <= this.last) return;
    if (entry.seq > this.last + 1) throw new Error(`seq ${entry.seq} after ${this.last}`);
    this.last = entry.seq;
    this.keep(entry);
  }

  /** What a page of history says, whatever the cursor. */
  fill(entry: Entry): void {
    if (!("void" in entry)) return this.keep(entry);
    for (let seq = entry.void[0]; seq <= entry.void[1]; seq++) this.kept.set(seq, "void");
  }

  skip(from: number, to: number): void {
    if (from > this.last + 1) throw new Error(`a hole from ${from} after ${this.last}`);
    if (to <= this.last) return;
    this.holes.push([this.last + 1, to]);
    this.last = to;
  }

  keep(entry: Exclude<Entry, { void: unknown }>): void {
    this.kept.set(entry.seq, entry);
    if (isStub(entry)) return;
    if (entry.kind === "deleted") this.#bury(entry.target, entry.seq);
    if (entry.kind === "edited") this.#buryEdit(entry.seq, entry.target);
    if (this.#ends(entry)) this.shut = true;
    if (this.#begins(entry)) this.shut = false;
  }

  /** The target and its edits lose their content. */
  #bury(target: number, deleted: number): void {
    for (const [seq, entry] of this.kept) {
      if (entry === "void" || isStub(entry)) continue;
      const edits = entry.kind === "edited" && entry.target === target;
      if (seq !== target && !edits) continue;
      const { at, ord, by, cid } = entry;
      const own = cid === undefined ? {} : { cid };
      this.kept.set(seq, { seq, at, ord, by, kind: "tombstone", deleted, ...own });
    }
  }

  /** A hole is filled after the deletion came: the edit in it must have come as a tombstone. */
  #buryEdit(seq: number, target: number): void {
    const of = this.kept.get(target);
    if (of !== undefined && of !== "void" && !isStub(of) && of.kind === "tombstone") {
      throw new Error(`seq ${seq} is an edit of a message that was deleted before`);
    }
  }

  #ends(entry: Exclude<Entry, { void: unknown } | Stub>): boolean {
    if (entry.kind === "left") return entry.by === this.user;
    return (entry.kind === "removed" || entry.kind === "banned") && entry.user === this.user;
  }

  #begins(entry: Exclude<Entry, { void: unknown } | Stub>): boolean {
    if (entry.kind === "created") return entry.members.some(({ user }) => user === this.user);
    if (entry.kind === "joined") return entry.by === this.user;
    return entry.kind === "added" && entry.user === this.user;
  }
}

export function isStub(entry: Entry): entry is Stub {
  return !("void" in entry) && !("kind" in entry);
}
