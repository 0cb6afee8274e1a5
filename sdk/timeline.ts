/** What a reader of a room sees, built from its log and its outbox when somebody looks. */
import type { Seq, UserId } from "../actors/ports.ts";
import type { Message, SendStatus, Timeline, TimelineRow } from "./api.ts";
import type { Signal } from "./emitter.ts";
import type { Pending } from "./outbox.ts";
import type { Kept, Line, RoomLog } from "./room-log.ts";

export interface TimelineSource {
  room: string;
  log: RoomLog;
  me(): UserId;
  /** Commands of this room without an event yet, oldest first. */
  pending(): readonly Pending[];
  /** How far others have come with what I sent. */
  status(seq: Seq): SendStatus;
  /** There is nothing on the server yet: a direct room before its first message. */
  unborn(): boolean;
  /** Loads a page; resolves to how many events came. */
  load(page: { before?: Seq; around?: Seq }): Promise<number>;
  signal: Signal;
}

export class RoomTimeline implements Timeline {
  readonly #source: TimelineSource;
  #rows: readonly TimelineRow[] = [];
  #stale = true;
  /** Rows keep their identity until their line changes, so that lists redraw only what did. */
  readonly #known = new Map<Seq, TimelineRow | null>();

  constructor(source: TimelineSource) {
    this.#source = source;
  }

  snapshot(): readonly TimelineRow[] {
    if (this.#stale) this.#rows = this.#build();
    this.#stale = false;
    return this.#rows;
  }

  subscribe(listener: () => void): () => void {
    return this.#source.signal.subscribe(listener);
  }

  get hasOlder(): boolean {
    const { log } = this.#source;
    const first = log.ranges.all[0]?.[0];
    return first === undefined ? !this.#source.unborn() : first > 1;
  }

  older(before?: number): Promise<number> {
    const { ranges, last } = this.#source.log;
    if (before === undefined) {
      const first = ranges.all[0]?.[0];
      return this.#source.load(first === undefined ? {} : { before: first });
    }
    const hole = ranges.holes(1, last).find(([from, to]) => from < before && before <= to + 1);
    return hole ? this.#source.load({ before: hole[1] + 1 }) : Promise.resolve(0);
  }

  around(seq: number): Promise<number> {
    return this.#source.log.ranges.has(seq) ? Promise.resolve(0) : this.#source.load({ around: seq });
  }

  /** Something changed; the next look builds anew. */
  changed(): void {
    this.#stale = true;
  }

  /** One message as it is now, if the seq is one. */
  message(seq: Seq): Message | null {
    const row = this.#row(seq, this.#source.pending());
    return row?.type === "message" ? row.message : null;
  }

  #build(): TimelineRow[] {
    const { log } = this.#source;
    const pending = this.#source.pending();
    for (const seq of log.touched) this.#known.delete(seq);
    log.touched.clear();
    const first = log.ranges.all[0]?.[0] ?? 1;
    const end = log.ranges.all.at(-1)?.[1] ?? 0;
    const holes = log.ranges.holes(first, end);
    const rows: TimelineRow[] = [];
    for (const { seq } of log.between(first, end)) {
      for (let hole = holes[0]; hole && hole[0] < seq; hole = holes[0]) {
        holes.shift();
        rows.push(holeRow(hole[0], hole[1]));
      }
      const row = this.#row(seq, pending);
      if (row) rows.push(row);
    }
    for (const [from, to] of holes) rows.push(holeRow(from, to));
    for (const command of pending) {
      if (command.op === "room.post") rows.push(this.#echo(command));
    }
    return rows;
  }

  #row(seq: Seq, pending: readonly Pending[]): TimelineRow | null {
    let row = this.#known.get(seq);
    if (row === undefined || this.#source.log.touched.has(seq)) {
      const line = this.#source.log.line(seq);
      row = line ? this.#rowOf(line, pending) : null;
    }
    if (row?.type === "message" && row.message.by === this.#source.me()) {
      const status = this.#source.status(seq);
      if (row.message.status !== status) row = { ...row, message: { ...row.message, status } };
    }
    this.#known.set(seq, row);
    return row;
  }

  #rowOf(line: Kept, pending: readonly Pending[]): TimelineRow | null {
    const key = ("cid" in line && line.cid) || String(line.seq);
    switch (line.kind) {
      case "posted": {
        const message = this.#messageOf(line, pending);
        return message && { type: "message", key, message };
      }
      case "tombstone":
        if (!this.#source.log.wasPost(line)) return null;
        return { type: "message", key, message: { ...this.#base(line), text: "", deleted: true } };
      case "unresolved":
      case "edited":
      case "deleted":
      case "reacted":
        return null;
      default: {
        const { seq, at, ord: _ord, by, cid: _cid, ...event } = line;
        return noteKinds.has(line.kind) ? { type: "note", key, seq, at, by, event } : null;
      }
    }
  }

  #messageOf(line: Line & { kind: "posted" }, pending: readonly Pending[]): Message | null {
    const post = this.#source.log.post(line.seq);
    if (!post) return null;
    const { text, mentions, editedAt, reactions } = post;
    const message = { ...this.#base(line), text, mentions, editedAt, reactions, re: line.re ?? null };
    const me = this.#source.me();
    return pending.reduce<Message>((shown, command) => overlaid(shown, command, me), message);
  }

  #base({ seq, by, at, cid }: Line): Message {
    return {
      room: this.#source.room,
      seq,
      cid: cid ?? null,
      by,
      at,
      text: "",
      re: null,
      mentions: [],
      editedAt: null,
      deleted: false,
      reactions: [],
      status: "stored",
      error: null,
    };
  }

  #echo({ cid, at, in: input, state, error }: Pending): TimelineRow {
    const { text, re, mentions } = input as { text: string; re?: number; mentions?: string[] };
    const base = this.#base({ seq: 0, ord: 0, at, by: this.#source.me(), cid, kind: "left" });
    const message = {
      ...base,
      seq: null,
      text,
      re: re ?? null,
      mentions: mentions ?? [],
      status: state,
      error,
    };
    return { type: "message", key: cid, message };
  }
}

/** The message as it will be when my own edit, reaction or deletion has landed. A refusal takes it back by itself. */
function overlaid(message: Message, { op, in: input, at, state }: Pending, me: UserId): Message {
  const change = input as { seq: number; text: string; mentions?: string[]; key: string; on: boolean };
  if (change.seq !== message.seq || state === "failed") return message;
  switch (op) {
    case "room.edit":
      return { ...message, text: change.text, mentions: change.mentions ?? [], editedAt: at };
    case "room.delete":
      return { ...message, text: "", mentions: [], reactions: [], deleted: true };
    case "room.react": {
      const users = message.reactions.find(({ key }) => key === change.key)?.users ?? [];
      const others = users.filter((user) => user !== me);
      const mine = { key: change.key, users: change.on ? [...others, me].sort() : others };
      const reactions = [...message.reactions.filter(({ key }) => key !== change.key), mine];
      return {
        ...message,
        reactions: reactions.filter(({ users }) => users.length > 0).sort((a, b) => (a.key < b.key ? -1 : 1)),
      };
    }
    default:
      return message;
  }
}

function holeRow(from: Seq, to: Seq): TimelineRow {
  return { type: "hole", key: `hole-${from}-${to}`, from, to };
}

/** Kinds that come later are advanced over until somebody decides how they look. */
const noteKinds: ReadonlySet<string> = new Set([
  "created",
  "joined",
  "left",
  "added",
  "removed",
  "banned",
  "unbanned",
  "role",
  "transferred",
  "renamed",
  "described",
  "history",
  "access",
]);
