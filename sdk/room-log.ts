/**
 * The local copy of one room: pure data, no time, no network. Whatever the order in which frames and
 * pages come, the same set of them gives the same copy.
 */
import type { Epoch, Millis, Seq, UserId } from "../actors/ports.ts";
import type { Stub } from "../actors/room/events.ts";
import type { Entry } from "../actors/room/frame.ts";
import {
  endsOf,
  type Kept,
  type Line,
  type LineOf,
  type OwnEvent,
  type Page,
  type PageFields,
  rankOf,
  tombstoneOf,
} from "./entry.ts";
import { heldMax } from "./limits.ts";
import { Ranges } from "./ranges.ts";

/** A post with everything that later events made of it. */
export interface Post {
  text: string;
  mentions: readonly UserId[];
  editedAt: Millis | null;
  reactions: { key: string; users: UserId[] }[];
}

type Reacted = Pick<LineOf<"reacted">, "seq" | "by" | "key" | "on">;

export class RoomLog {
  epoch: Epoch | null = null;
  /** Seqs that are here: events, tombstones, voids. */
  ranges = new Ranges();
  /** Rows that changed since somebody last looked (and cleared this). */
  readonly touched = new Set<Seq>();
  #cursor: Seq | null = null;
  readonly #lines = new Map<Seq, Kept>();
  /** Sorted entries above the gap. */
  #held: Entry[] = [];
  /** Target → its deletion. */
  readonly #deletions = new Map<Seq, Seq>();
  /** Target → its newest edit. */
  readonly #edits = new Map<Seq, LineOf<"edited">>();
  /** Target → per user and key the newest word. */
  readonly #reacted = new Map<Seq, Map<string, Reacted>>();
  /** Target → the newest page's word on it. */
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

  /** The first seq behind a gap, if there is one. */
  get heldFrom(): Seq | null {
    return this.#held[0] ? endsOf(this.#held[0])[0] : null;
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
    this.#held = [];
  }

  /**
   * An `events` frame. Entries at last + 1 apply, those at or below are ignored, those above are held
   * until the gap closes.
   * @returns what moved the cursor, in order
   */
  apply(epoch: Epoch, from: Seq, entries: readonly Entry[]): Kept[] {
    this.#enter(epoch);
    this.#cursor ??= from - 1;
    this.#held.push(...entries);
    this.#held.sort((a, b) => endsOf(a)[0] - endsOf(b)[0]);
    const applied = this.#advance();
    this.#held.splice(heldMax);
    return applied;
  }

  /** `limited`: …to won't come by itself. What is here below may have been edited or deleted in there, so it goes too. */
  limited(epoch: Epoch, to: Seq): Kept[] {
    this.#enter(epoch);
    if (to <= this.last && this.begun) return [];
    this.#forget(to);
    this.#cursor = to;
    return this.#advance();
  }

  /** A page of `room.history`. It never moves the cursor, except where held entries wait behind it. */
  load(page: Page): Kept[] {
    this.epoch ??= page.epoch;
    if (this.epoch !== page.epoch) return [];
    for (const entry of page.entries) this.#take(entry);
    for (const fields of page.fields) {
      const asOf = this.#pages.get(fields.seq)?.asOf ?? 0;
      if (this.#deletions.has(fields.seq) || asOf > page.head) continue;
      this.#pages.set(fields.seq, { ...fields, asOf: page.head });
      this.touched.add(fields.seq);
    }
    return this.#advance();
  }

  /** I came in (again): what was void for me may be visible now, so voids can be loaded anew. */
  reopen(): void {
    this.ranges = new Ranges();
    for (const { seq, kind } of this.#lines.values()) if (kind !== "unresolved") this.ranges.add(seq, seq);
  }

  /** Keeps the newest lines only; older ones can be loaded again. */
  trim(linesMax: number): void {
    // Forgetting walks through everything, so a tenth more than wanted may gather.
    if (this.#lines.size > linesMax * 1.1) this.#forget(this.last - linesMax);
  }

  /**
   * A post as it is now; null where the seq is none, or gone.
   * @param more own events on their way, as if they had come
   */
  post(seq: Seq, more: readonly OwnEvent[] = []): Post | null {
    const line = this.#lines.get(seq);
    if (line?.kind !== "posted" || more.some(({ kind }) => kind === "deleted")) return null;
    const page = this.#pages.get(seq);
    let edit: PageFields["edit"] | OwnEvent = page?.edit ?? null;
    for (const event of [this.#edits.get(seq), ...more]) {
      if (event?.kind === "edited" && event.seq >= (edit?.seq ?? 0)) edit = event;
    }
    const { text, mentions = [] } = (edit ?? line) as { text: string; mentions?: UserId[] };
    const toggles = [
      ...(this.#reacted.get(seq)?.values() ?? []),
      ...more.filter(({ kind }) => kind === "reacted"),
    ];
    return { text, mentions, editedAt: edit?.at ?? null, reactions: reactionsOf(page, toggles as Reacted[]) };
  }

  /** Whether a tombstone stands for a post (a row) or for one of its edits (none). */
  wasPost({ seq, ord, deleted }: LineOf<"tombstone">): boolean {
    const deletion = this.#lines.get(deleted);
    return deletion?.kind === "deleted" ? deletion.target === seq : ord !== this.#ord(seq - 1);
  }

  #enter(epoch: Epoch): void {
    if (this.epoch !== epoch) this.reset(epoch, null);
  }

  #advance(): Kept[] {
    const applied: Kept[] = [];
    for (let [entry] = this.#held; entry; [entry] = this.#held) {
      const [from, to] = endsOf(entry);
      const next = this.last + 1;
      let line: Kept | null | undefined;
      if (from <= next) {
        this.#held.shift();
        if (to < next) continue;
        line = this.#take(entry);
        this.#cursor = to;
      } else if (this.ranges.has(next)) {
        // A page filled what was missing: its lines count as come.
        line = this.#lines.get(next);
        this.#cursor = next;
      } else break;
      if (line) applied.push(line);
    }
    return applied;
  }

  #take(entry: Entry): Kept | null {
    const line = "void" in entry ? null : this.#put("kind" in entry ? entry : this.#resolved(entry));
    // What isn't resolved is a hole: it can be loaded.
    if (line?.kind !== "unresolved") this.ranges.add(...endsOf(entry));
    return line;
  }

  /** Only messages come as stubs: `ord` is one more than before. */
  #resolved(stub: Stub): Kept {
    const body = this.#expand(stub);
    const before = stub.seq === 1 ? 0 : this.#ord(stub.seq - 1);
    return body?.kind === "posted" && before !== undefined
      ? { ...body, ord: before + 1, cid: stub.cid }
      : { ...stub, kind: "unresolved" };
  }

  #ord(seq: Seq): number | undefined {
    const line = this.#lines.get(seq);
    return line && line.kind !== "unresolved" ? line.ord : undefined;
  }

  #put(line: Kept): Kept {
    const old = this.#lines.get(line.seq);
    if (old && rankOf(old) >= rankOf(line)) return old;
    const kept = line.kind === "unresolved" ? line : this.#judged(line);
    const { seq } = kept;
    this.#lines.set(seq, kept);
    this.touched.add(seq);
    if (kept.kind === "tombstone") this.#strip(seq, kept.deleted);
    if (kept.kind === "deleted") this.#bury(kept.target, seq);
    if (kept.kind === "edited" && seq > (this.#edits.get(kept.target)?.seq ?? 0)) {
      this.#edits.set(kept.target, kept);
      this.touched.add(kept.target);
    }
    if (kept.kind === "reacted" && !this.#deletions.has(kept.target)) {
      const all = this.#reacted.get(kept.target) ?? new Map<string, Reacted>();
      const id = `${kept.by} ${kept.key}`;
      if (seq > (all.get(id)?.seq ?? 0)) all.set(id, kept);
      this.#reacted.set(kept.target, all);
      this.touched.add(kept.target);
    }
    return kept;
  }

  /** The line, or its tombstone if its deletion is known already. */
  #judged(line: Line): Line {
    const deleted = this.#deletions.get(line.kind === "edited" ? line.target : line.seq);
    return deleted === undefined ? line : tombstoneOf(line, deleted);
  }

  /** Drops the content of a post and of its edits. */
  #bury(target: Seq, deleted: Seq): void {
    this.#strip(target, deleted);
    for (const line of this.#lines.values()) {
      const hit = line.kind === "posted" ? line.seq : line.kind === "edited" && line.target;
      if (hit === target) this.#lines.set(line.seq, tombstoneOf(line as Line, deleted));
    }
  }

  #strip(target: Seq, deleted: Seq): void {
    this.#deletions.set(target, deleted);
    for (const map of [this.#edits, this.#reacted, this.#pages]) map.delete(target);
    this.touched.add(target);
  }

  #forget(to: Seq): void {
    this.ranges.dropTo(to);
    const { touched } = this;
    for (const all of [touched, this.#lines, this.#deletions, this.#edits, this.#reacted, this.#pages]) {
      for (const seq of all.keys()) if (seq <= to) all.delete(seq);
    }
  }
}

/** A page's word up to its head, the events' above it. Sorted, since all copies must look alike. */
function reactionsOf(
  page: (PageFields & { asOf: Seq }) | undefined,
  toggles: readonly Reacted[],
): Post["reactions"] {
  const keys = new Map(page?.reactions.map(({ key, users }) => [key, new Set(users)]));
  for (const { key, by, on, seq } of toggles) {
    if (seq <= (page?.asOf ?? 0)) continue;
    const users = keys.get(key) ?? new Set();
    if (on) users.add(by);
    else users.delete(by);
    keys.set(key, users);
  }
  return [...keys]
    .filter(([, users]) => users.size > 0)
    .map(([key, users]) => ({ key, users: [...users].sort() }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
