/**
 * The local copy of one room: pure data, no time, no network. Whatever the order in which frames and
 * pages come, the same set of them gives the same copy.
 */
import type { Cid, Epoch, Millis, Seq, UserId } from "../actors/ports.ts";
import type { StampedEvent, Stub, Tombstone, Void } from "../actors/room/events.ts";
import type { Entry } from "../actors/room/frame.ts";
import * as bounds from "./limits.ts";
import { Ranges } from "./ranges.ts";

export type Line = (StampedEvent | Tombstone) & { cid?: Cid };
/** A seq of our own whose body nobody here remembers: its line must be fetched. */
export interface Unresolved extends Stub {
  kind: "unresolved";
}
export type Kept = Line | Unresolved;
/** An own event as its command says it; `ord` follows from the line before. */
export type OwnEvent = StampedEvent extends infer E
  ? E extends StampedEvent
    ? Omit<E, "ord">
    : never
  : never;

/** What later events set on a post, as of the head of the page that says so. */
export interface PageFields {
  seq: Seq;
  edit: { seq: Seq; text: string; at: Millis; mentions: UserId[] } | null;
  reactions: { key: string; users: UserId[] }[];
}

/** The answer of `room.history`. */
export interface Page {
  room: string;
  epoch: Epoch;
  head: Seq;
  from: Seq;
  to: Seq;
  entries: Entry[];
  fields: PageFields[];
}

export interface Applied {
  line: Kept;
  /** The post that this deletion took away, as it was. */
  dropped: Line | null;
}

/** A post with everything that later events made of it. */
export interface Post {
  seq: Seq;
  text: string;
  mentions: readonly UserId[];
  editedAt: Millis | null;
  reactions: { key: string; users: UserId[] }[];
}

type Edit = Extract<Line, { kind: "edited" }>;
type Toggle = { key: string; user: UserId; seq: Seq; on: boolean };

export class RoomLog {
  epoch: Epoch | null = null;
  readonly ranges = new Ranges();
  /** Rows that changed since somebody last looked (and cleared this). */
  readonly touched = new Set<Seq>();
  #cursor: Seq | null = null;
  readonly #lines = new Map<Seq, Kept>();
  readonly #held = new Map<Seq, Entry>();
  readonly #deletions = new Map<Seq, Seq>();
  readonly #edits = new Map<Seq, Edit>();
  readonly #toggles = new Map<Seq, Map<string, Toggle>>();
  readonly #pages = new Map<Seq, PageFields & { asOf: Seq }>();
  readonly #expand: (stub: Stub) => OwnEvent | null;

  /** @param expand the body of an own command, from the outbox */
  constructor(expand: (stub: Stub) => OwnEvent | null = () => null) {
    this.#expand = expand;
  }

  /** Everything at or below has come, or lies in a hole that was declared. 0: nothing yet. */
  get last(): Seq {
    return this.#cursor ?? 0;
  }

  /** False until the first frame said where this room begins for us. */
  get begun(): boolean {
    return this.#cursor !== null;
  }

  get waiting(): boolean {
    return this.#held.size > 0;
  }

  line(seq: Seq): Kept | undefined {
    return this.#lines.get(seq);
  }

  /** Lines of from…to, in order. */
  between(from: Seq, to: Seq): Kept[] {
    return [...this.#lines.values()]
      .filter(({ seq }) => from <= seq && seq <= to)
      .sort((a, b) => a.seq - b.seq);
  }

  /** Another incarnation of the room: nothing of the old one counts. */
  reset(epoch: Epoch | null, cursor: Seq | null): void {
    this.epoch = epoch;
    this.#cursor = cursor;
    this.#forget(Number.POSITIVE_INFINITY);
    this.#held.clear();
  }

  /**
   * An `events` frame. Entries at last + 1 apply, those at or below are ignored, those above are held
   * until the gap closes.
   * @returns what moved the cursor, in order
   */
  apply(epoch: Epoch, from: Seq, entries: readonly Entry[]): Applied[] {
    if (this.epoch !== null && this.epoch !== epoch) this.reset(epoch, null);
    this.epoch = epoch;
    this.#cursor ??= from - 1;
    const applied: Applied[] = [];
    for (const entry of entries) {
      const [first, end] = ends(entry);
      if (end <= this.last) continue;
      if (first <= this.last + 1) applied.push(...this.#step(entry));
      else if (this.#held.size < bounds.heldMax) this.#held.set(first, entry);
    }
    return [...applied, ...this.#advance()];
  }

  /** `limited`: from…to won't come by itself. What lies below may have been edited or deleted in there, so it goes too. */
  limited(epoch: Epoch, to: Seq): Applied[] {
    if (this.epoch !== epoch) this.reset(epoch, null);
    if (to <= this.last && this.begun) return [];
    this.#forget(to);
    this.#cursor = to;
    return this.#advance();
  }

  /** A page of `room.history`. It never moves the cursor, except where held entries wait behind it. */
  load(page: Page): Applied[] {
    if (this.epoch !== null && this.epoch !== page.epoch) return [];
    this.epoch = page.epoch;
    for (const entry of page.entries) this.#take(entry);
    for (const fields of page.fields) {
      const known = this.#pages.get(fields.seq);
      if (this.#deletions.has(fields.seq) || (known && known.asOf > page.head)) continue;
      this.#pages.set(fields.seq, { ...fields, asOf: page.head });
      this.touched.add(fields.seq);
    }
    return this.waiting ? this.#advance() : [];
  }

  /** Drops held entries: the connection that brought them is gone, and the next one resumes at the cursor. */
  release(): void {
    this.#held.clear();
  }

  /** The first seq of what is held, if that is a gap. */
  get heldFrom(): Seq | null {
    return this.#held.size === 0 ? null : Math.min(...this.#held.keys());
  }

  /** Keeps the newest lines only; older ones can be loaded again. */
  trim(linesMax: number): void {
    if (this.#lines.size <= linesMax * 1.1) return;
    const seqs = [...this.#lines.keys()].sort((a, b) => a - b);
    const first = seqs[seqs.length - linesMax];
    if (first !== undefined) this.#forget(first - 1);
  }

  /** A post as it is now; null where the seq is none, or gone. */
  post(seq: Seq): Post | null {
    const line = this.#lines.get(seq);
    if (line?.kind !== "posted") return null;
    const page = this.#pages.get(seq);
    const event = this.#edits.get(seq);
    const edit = event && event.seq > (page?.edit?.seq ?? 0) ? event : page?.edit;
    return {
      seq,
      text: edit?.text ?? line.text,
      mentions: (edit ?? line).mentions ?? [],
      editedAt: edit?.at ?? null,
      reactions: this.#reactions(seq),
    };
  }

  /** Whether a tombstone stands for a post (a row) or for one of its edits (none). */
  wasPost(line: Tombstone): boolean {
    const deletion = this.#lines.get(line.deleted);
    if (deletion?.kind === "deleted") return deletion.target === line.seq;
    const before = this.#ord(line.seq - 1);
    return before === undefined || line.ord > before;
  }

  #advance(): Applied[] {
    const applied: Applied[] = [];
    while (this.#held.size > 0) {
      const next = this.last + 1;
      const held = this.#heldAt(next);
      if (held) applied.push(...this.#step(held));
      else if (this.ranges.has(next)) {
        // A page filled what was missing: its lines count as come.
        this.#cursor = next;
        const line = this.#lines.get(next);
        if (line) applied.push({ line, dropped: null });
      } else break;
    }
    return applied;
  }

  #step(entry: Entry): Applied[] {
    const taken = this.#take(entry);
    this.#cursor = ends(entry)[1];
    return taken ? [taken] : [];
  }

  /** A run of voids may begin below the cursor. */
  #heldAt(next: Seq): Entry | undefined {
    let found: Entry | undefined;
    for (const [first, entry] of this.#held) {
      const [from, to] = ends(entry);
      if (to < next || from === next) this.#held.delete(first);
      if (from <= next && next <= to) found = entry;
    }
    return found;
  }

  #take(entry: Entry): Applied | null {
    const [from, to] = ends(entry);
    this.ranges.add(from, to);
    if ("void" in entry) return null;
    return this.#put("kind" in entry ? entry : this.#resolve(entry));
  }

  #resolve(stub: Stub): Kept {
    const body = this.#expand(stub);
    const before = stub.seq === 1 ? 0 : this.#ord(stub.seq - 1);
    if (!body || before === undefined) return { ...stub, kind: "unresolved" };
    return { ...body, ord: before + (body.kind === "posted" ? 1 : 0), cid: stub.cid };
  }

  #ord(seq: Seq): number | undefined {
    const line = this.#lines.get(seq);
    return line && line.kind !== "unresolved" ? line.ord : undefined;
  }

  #put(line: Kept): Applied {
    const old = this.#lines.get(line.seq);
    if (old && rank(old) >= rank(line)) return { line: old, dropped: null };
    const kept = line.kind === "unresolved" ? line : this.#judged(line);
    this.#lines.set(line.seq, kept);
    this.touched.add(line.seq);
    switch (kept.kind) {
      case "tombstone":
        this.#deletions.set(kept.seq, kept.deleted);
        this.#strip(kept.seq);
        break;
      case "deleted":
        return { line: kept, dropped: this.#bury(kept.target, kept.seq) };
      case "edited":
        this.touched.add(kept.target);
        if ((this.#edits.get(kept.target)?.seq ?? 0) < kept.seq) this.#edits.set(kept.target, kept);
        break;
      case "reacted":
        this.touched.add(kept.target);
        this.#toggle(kept.target, { key: kept.key, user: kept.by, seq: kept.seq, on: kept.on });
        break;
    }
    return { line: kept, dropped: null };
  }

  /** The line, or its tombstone if its deletion is known already. */
  #judged(line: Line): Line {
    const deleted =
      this.#deletions.get(line.seq) ??
      (line.kind === "edited" ? this.#deletions.get(line.target) : undefined);
    return deleted === undefined ? line : tombstoneOf(line, deleted);
  }

  #bury(target: Seq, deleted: Seq): Line | null {
    this.#deletions.set(target, deleted);
    this.#strip(target);
    this.touched.add(target);
    let dropped: Line | null = null;
    for (const line of this.#lines.values()) {
      const isTarget = line.seq === target && line.kind !== "unresolved";
      if (!isTarget && !(line.kind === "edited" && line.target === target)) continue;
      if (isTarget && line.kind === "posted") dropped = line;
      if (line.kind !== "tombstone") this.#lines.set(line.seq, tombstoneOf(line, deleted));
    }
    return dropped;
  }

  #strip(target: Seq): void {
    this.#edits.delete(target);
    this.#toggles.delete(target);
    this.#pages.delete(target);
  }

  #toggle(target: Seq, toggle: Toggle): void {
    if (this.#deletions.has(target)) return;
    const all = this.#toggles.get(target) ?? new Map<string, Toggle>();
    const id = `${toggle.user} ${toggle.key}`;
    if ((all.get(id)?.seq ?? 0) < toggle.seq) all.set(id, toggle);
    this.#toggles.set(target, all);
  }

  #reactions(seq: Seq): { key: string; users: UserId[] }[] {
    const page = this.#pages.get(seq);
    const keys = new Map(page?.reactions.map(({ key, users }) => [key, new Set(users)]));
    for (const { key, user, on, seq: at } of this.#toggles.get(seq)?.values() ?? []) {
      if (at <= (page?.asOf ?? 0)) continue;
      const users = keys.get(key) ?? new Set();
      if (on) users.add(user);
      else users.delete(user);
      keys.set(key, users);
    }
    // Sorted, since pages and events come in any order and all copies must look alike.
    return [...keys]
      .filter(([, users]) => users.size > 0)
      .map(([key, users]) => ({ key, users: [...users].sort() }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #forget(to: Seq): void {
    this.ranges.dropTo(to);
    const maps: Map<Seq, unknown>[] = [this.#lines, this.#deletions, this.#edits, this.#toggles, this.#pages];
    for (const map of maps) for (const seq of map.keys()) if (seq <= to) map.delete(seq);
  }
}

function ends(entry: Entry | Void): [Seq, Seq] {
  return "void" in entry ? entry.void : [entry.seq, entry.seq];
}

/** Which of two resolutions of one seq stays: a tombstone beats all, a body beats its absence. */
function rank(line: Kept): number {
  return line.kind === "tombstone" ? 2 : line.kind === "unresolved" ? 0 : 1;
}

function tombstoneOf({ seq, at, ord, by, cid }: Line, deleted: Seq): Line {
  return { seq, at, ord, by, kind: "tombstone", deleted, ...(cid === undefined ? {} : { cid }) };
}
