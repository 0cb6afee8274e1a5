/** A device's copy of a room by the rules of docs/protocol.md §5: what each seq resolved to, as far as it came. */
import type { Cid, Epoch, Seq } from "../../actors/ports.ts";
import type { Entry } from "../../actors/room/frame.ts";

type Kept =
  | { is: "event"; event: Record<string, unknown>; line: string }
  | { is: "tombstone"; deleted: Seq }
  | { is: "stub"; cid: Cid }
  | { is: "void" };

export class RoomCopy {
  epoch: Epoch | null = null;
  /** The cursor. */
  last: Seq = 0;
  /** The server sends this room's events by itself. */
  live = false;
  /** The first answer has come: from here on there is a cursor. */
  begun = false;
  readonly #kept = new Map<Seq, Kept>();

  get cursor(): [Epoch, Seq] | null {
    return this.epoch === null || !this.begun ? null : [this.epoch, this.last];
  }

  /** Another incarnation of the room, or none: begin anew. */
  reset(epoch: Epoch | null): void {
    this.epoch = epoch;
    this.last = 0;
    this.begun = epoch !== null;
    this.#kept.clear();
  }

  /** From a frame. False: entries lie beyond a gap, and were not applied. */
  apply(epoch: Epoch, entries: readonly Entry[]): boolean {
    if (this.epoch !== epoch) this.reset(epoch);
    this.begun = true;
    for (const entry of entries) {
      const [from, to] = endsOf(entry);
      if (to <= this.last) continue;
      if (from > this.last + 1) return false;
      this.put(entry);
      this.last = to;
    }
    return true;
  }

  /** What lies at or below `to` won't be sent; it can be loaded. */
  limited(epoch: Epoch, to: Seq): void {
    if (this.epoch !== epoch) this.reset(epoch);
    this.begun = true;
    this.last = Math.max(this.last, to);
  }

  /** An entry wherever it belongs, e.g. from a page. A tombstone beats everything, an event a stub or a void. */
  put(entry: Entry): void {
    const [from, to] = endsOf(entry);
    for (let seq = from; seq <= to; seq++) {
      const old = this.#kept.get(seq);
      const fresh = keptOf(entry);
      if (old === undefined || rank[fresh.is] > rank[old.is]) this.#kept.set(seq, fresh);
    }
    if ("kind" in entry && entry.kind === "deleted") this.#bury(entry.target, entry.seq);
  }

  /** First seq at or below the cursor of which nothing has come; null when whole. */
  hole(): Seq | null {
    for (let seq = 1; seq <= this.last; seq++) if (!this.#kept.has(seq)) return seq;
    return null;
  }

  /** Own posts and others', by seq, as far as they are events here. */
  posts(): { seq: Seq; by: string }[] {
    const found: { seq: Seq; by: string }[] = [];
    for (const [seq, kept] of this.#kept) {
      if (kept.is === "event" && kept.event.kind === "posted") found.push({ seq, by: String(kept.event.by) });
    }
    return found;
  }

  /** As the checker wants it. */
  entries(): (string | null)[] {
    return Array.from({ length: this.last }, (_, i) => wordOf(this.#kept.get(i + 1)));
  }

  /** What a screen shows: texts as edited, reactions, nothing of what was deleted. @param own texts of own stubs */
  state(own: (cid: Cid) => string | null): string {
    const posts = new Map<Seq, { text: string; reactions: Set<string> }>();
    for (const [seq, kept] of [...this.#kept].sort(([a], [b]) => a - b)) {
      if (kept.is === "stub") posts.set(seq, { text: own(kept.cid) ?? "?", reactions: new Set() });
      if (kept.is !== "event") continue;
      const { kind, target, text, by, key, on } = kept.event;
      if (kind === "posted") posts.set(seq, { text: String(text), reactions: new Set() });
      const post = posts.get(Number(target));
      if (post === undefined) continue;
      if (kind === "edited") post.text = String(text);
      if (kind === "reacted" && on === true) post.reactions.add(`${by} ${key}`);
      if (kind === "reacted" && on === false) post.reactions.delete(`${by} ${key}`);
    }
    return JSON.stringify([...posts].map(([seq, { text, reactions }]) => [seq, text, [...reactions].sort()]));
  }

  /** We came in again: what was not for us then may be now, and can be loaded. */
  forgetVoids(): void {
    for (const [seq, { is }] of this.#kept) if (is === "void") this.#kept.delete(seq);
  }

  #bury(target: Seq, deleted: Seq): void {
    for (const [seq, kept] of this.#kept) {
      const isEdit = kept.is === "event" && kept.event.kind === "edited" && kept.event.target === target;
      if (kept.is !== "void" && (seq === target || isEdit)) this.#kept.set(seq, { is: "tombstone", deleted });
    }
  }
}

const rank = { void: 0, stub: 1, event: 2, tombstone: 3 } as const;

function keptOf(entry: Entry): Kept {
  if ("void" in entry) return { is: "void" };
  if (!("kind" in entry)) return { is: "stub", cid: entry.cid };
  if (entry.kind === "tombstone") return { is: "tombstone", deleted: entry.deleted };
  const { cid: _, ...event } = entry;
  return { is: "event", event, line: JSON.stringify(event) };
}

function wordOf(kept: Kept | undefined): string | null {
  if (kept === undefined) return null;
  switch (kept.is) {
    case "event":
      return kept.line;
    case "tombstone":
      return `tombstone:${kept.deleted}`;
    case "stub":
      return `stub:${kept.cid}`;
    case "void":
      return "void";
  }
}

export function endsOf(entry: Entry): [Seq, Seq] {
  return "void" in entry ? entry.void : [entry.seq, entry.seq];
}
