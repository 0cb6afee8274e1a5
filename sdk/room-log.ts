/**
 * The local copy of one room: pure data, no time, no network. Whatever the order in which frames and
 * pages come, the same set of them gives the same copy.
 */
import type { Epoch, Millis, Seq, UserId } from "../actors/ports.ts";
import type { Cursor, Stub } from "../actors/room/events.ts";
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
import { holesIn, type Range, withRange } from "./ranges.ts";

/** A post with everything that later events made of it. */
export interface Post {
  text: string;
  re: Seq | null;
  mentions: readonly UserId[];
  editedAt: Millis | null;
  reactions: { key: string; users: UserId[] }[];
}

type Reacted = Pick<LineOf<"reacted">, "seq" | "by" | "key" | "on">;

export type RoomLog = ReturnType<typeof createRoomLog>;

/** @param expand the body of an own command, from the outbox */
export function createRoomLog(expand: (stub: Stub) => OwnEvent | null = () => null) {
  let epoch: Epoch | null = null;
  /** Everything at or below has come, or lies in a hole that was declared. null: no frame said yet where we begin. */
  let cursor: Seq | null = null;
  /** Seqs that are here: events, tombstones, voids. */
  let ranges: readonly Range[] = [];
  const lines = new Map<Seq, Kept>();
  /** Rows that changed since somebody last looked (and cleared this). */
  const touched = new Set<Seq>();
  /** Sorted entries above the gap. */
  let held: Entry[] = [];
  /** Target → its deletion. */
  const deletions = new Map<Seq, Seq>();
  /** Target → its newest edit. */
  const edits = new Map<Seq, LineOf<"edited">>();
  /** Target → per user and key the newest word. */
  const reacted = new Map<Seq, Map<string, Reacted>>();
  /** Target → the newest page's word on it. */
  const pages = new Map<Seq, PageFields & { asOf: Seq }>();

  const last = (): Seq => cursor ?? 0;

  /** Whether all of from…to is here. */
  const has = (from: Seq, to: Seq = from): boolean => holesIn(ranges, from, to).length === 0;

  /** Another incarnation of the room: nothing of the old one counts. */
  function reset(incarnation: Epoch | null, begin: Seq | null): void {
    epoch = incarnation;
    cursor = begin;
    forget(Number.POSITIVE_INFINITY);
    held = [];
  }

  function enter(incarnation: Epoch): void {
    if (epoch !== incarnation) reset(incarnation, null);
  }

  /** Lines of from…to, in order. */
  function between(from: Seq, to: Seq): Kept[] {
    return [...lines.values()].filter(({ seq }) => from <= seq && seq <= to).sort((a, b) => a.seq - b.seq);
  }

  function advance(): Kept[] {
    const applied: Kept[] = [];
    for (let [entry] = held; entry; [entry] = held) {
      const [from, to] = endsOf(entry);
      const next = last() + 1;
      let line: Kept | null | undefined;
      if (from <= next) {
        held.shift();
        if (to < next) continue;
        line = take(entry);
        cursor = to;
      } else if (has(next)) {
        // A page filled what was missing: its lines count as come.
        line = lines.get(next);
        cursor = next;
      } else break;
      if (line) applied.push(line);
    }
    return applied;
  }

  function take(entry: Entry): Kept | null {
    const line = "void" in entry ? null : put("kind" in entry ? entry : resolved(entry));
    // What isn't resolved is a hole: it can be loaded.
    if (line?.kind !== "unresolved") ranges = withRange(ranges, ...endsOf(entry));
    return line;
  }

  /** Only messages come as stubs: `ord` is one more than before. */
  function resolved(stub: Stub): Kept {
    const body = expand(stub);
    const before = stub.seq === 1 ? 0 : ordOf(stub.seq - 1);
    return body?.kind === "posted" && before !== undefined
      ? { ...body, ord: before + 1, cid: stub.cid }
      : { ...stub, kind: "unresolved" };
  }

  function ordOf(seq: Seq): number | undefined {
    const line = lines.get(seq);
    return line?.kind === "unresolved" ? undefined : line?.ord;
  }

  function put(line: Kept): Kept {
    const old = lines.get(line.seq);
    if (old && rankOf(old) >= rankOf(line)) return old;
    // Its tombstone, if its deletion is known already.
    const deleted = deletions.get(line.kind === "edited" ? line.target : line.seq);
    const kept = deleted === undefined || line.kind === "unresolved" ? line : tombstoneOf(line, deleted);
    const { seq } = kept;
    lines.set(seq, kept);
    touched.add(seq);
    if (kept.kind === "tombstone") strip(seq, kept.deleted);
    if (kept.kind === "deleted") bury(kept.target, seq);
    if (kept.kind === "edited" && seq > (edits.get(kept.target)?.seq ?? 0)) {
      edits.set(kept.target, kept);
      touched.add(kept.target);
    }
    if (kept.kind === "reacted" && !deletions.has(kept.target)) {
      const all = reacted.get(kept.target) ?? new Map<string, Reacted>();
      const id = `${kept.by} ${kept.key}`;
      if (seq > (all.get(id)?.seq ?? 0)) all.set(id, kept);
      reacted.set(kept.target, all);
      touched.add(kept.target);
    }
    return kept;
  }

  /** Drops the content of a post and of its edits. */
  function bury(target: Seq, deleted: Seq): void {
    strip(target, deleted);
    for (const line of lines.values()) {
      const hit = line.kind === "posted" ? line.seq : line.kind === "edited" && line.target;
      if (hit === target) lines.set(line.seq, tombstoneOf(line as Line, deleted));
    }
  }

  function strip(target: Seq, deleted: Seq): void {
    deletions.set(target, deleted);
    for (const map of [edits, reacted, pages]) map.delete(target);
    touched.add(target);
  }

  function forget(to: Seq): void {
    ranges = ranges.filter((range) => range[1] > to).map(([from, end]) => [Math.max(from, to + 1), end]);
    for (const all of [touched, lines, deletions, edits, reacted, pages]) {
      for (const seq of all.keys()) if (seq <= to) all.delete(seq);
    }
  }

  return {
    ...{ touched, between, has, reset },

    get ranges() {
      return ranges;
    },

    /** Everything at or below has come, or lies in a hole that was declared. 0: nothing yet. */
    get last() {
      return last();
    },

    /** Where a resume begins; null until the first frame said where this room begins for us. */
    get cursor(): Cursor | null {
      return epoch === null || cursor === null ? null : [epoch, cursor];
    },

    /** The first seq behind a gap, if there is one. */
    get heldFrom(): Seq | undefined {
      return held[0] && endsOf(held[0])[0];
    },

    line: (seq: Seq): Kept | undefined => lines.get(seq),

    /**
     * An `events` frame. Entries at last + 1 apply, those at or below are ignored, those above are held
     * until the gap closes.
     * @returns what moved the cursor, in order
     */
    apply(incarnation: Epoch, from: Seq, entries: readonly Entry[]): Kept[] {
      enter(incarnation);
      cursor ??= from - 1;
      held.push(...entries);
      held.sort((a, b) => endsOf(a)[0] - endsOf(b)[0]);
      const applied = advance();
      held.splice(heldMax);
      return applied;
    },

    /** `limited`: …to won't come by itself. What is here below may have been edited or deleted in there, so it goes too. */
    limited(incarnation: Epoch, to: Seq): Kept[] {
      enter(incarnation);
      if (cursor !== null && to <= cursor) return [];
      forget(to);
      cursor = to;
      return advance();
    },

    /** A page of `room.history`. It never moves the cursor, except where held entries wait behind it. */
    load(page: Page): Kept[] {
      epoch ??= page.epoch;
      if (epoch !== page.epoch) return [];
      for (const entry of page.entries) take(entry);
      for (const fields of page.fields) {
        const asOf = pages.get(fields.seq)?.asOf ?? 0;
        if (deletions.has(fields.seq) || asOf > page.head) continue;
        pages.set(fields.seq, { ...fields, asOf: page.head });
        touched.add(fields.seq);
      }
      return advance();
    },

    /** I came in (again): what was void for me may be visible now, so voids can be loaded anew. */
    reopen(): void {
      ranges = [];
      for (const { seq, kind } of lines.values()) {
        if (kind !== "unresolved") ranges = withRange(ranges, seq, seq);
      }
    },

    /** Keeps the newest lines only; older ones can be loaded again. */
    trim(linesMax: number): void {
      // Forgetting walks through everything, so a tenth more than wanted may gather.
      if (lines.size > linesMax * 1.1) forget(last() - linesMax);
    },

    /**
     * A post as it is now; null where the seq is none, or gone.
     * @param more own events on their way, as if they had come
     */
    post(seq: Seq, more: readonly OwnEvent[] = []): Post | null {
      const line = lines.get(seq);
      if (line?.kind !== "posted" || more.some(({ kind }) => kind === "deleted")) return null;
      const page = pages.get(seq);
      let edit: PageFields["edit"] | OwnEvent = page?.edit ?? null;
      for (const event of [edits.get(seq), ...more]) {
        if (event?.kind === "edited" && event.seq >= (edit?.seq ?? 0)) edit = event;
      }
      const { text, mentions = [] } = (edit ?? line) as { text: string; mentions?: UserId[] };
      const toggles = [
        ...(reacted.get(seq)?.values() ?? []),
        ...more.filter(({ kind }) => kind === "reacted"),
      ];
      return {
        text,
        re: line.re ?? null,
        mentions,
        editedAt: edit?.at ?? null,
        reactions: reactionsOf(page, toggles as Reacted[]),
      };
    },

    /** Whether a tombstone stands for a post (a row) or for one of its edits (none). */
    wasPost({ seq, ord, deleted }: LineOf<"tombstone">): boolean {
      const deletion = lines.get(deleted);
      return deletion?.kind === "deleted" ? deletion.target === seq : ord !== ordOf(seq - 1);
    },
  };
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
