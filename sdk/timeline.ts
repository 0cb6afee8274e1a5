/** What a reader of a room sees, built from its log and its outbox when somebody looks. */
import type { Seq, UserId } from "../actors/ports.ts";
import type { Message, SendStatus, Timeline, TimelineRow } from "./api.ts";
import type { Signal } from "./emitter.ts";
import type { Kept, Line, OwnEvent } from "./entry.ts";
import type { Pending } from "./outbox.ts";
import { ownEvent } from "./own-event.ts";
import type { RoomLog } from "./room-log.ts";

export interface TimelineSource {
  room: string;
  log: RoomLog;
  signal: Signal;
  me(): UserId;
  /** My commands in this room that have no event yet, oldest first. */
  pending(): readonly Pending[];
  /** How far others have come with what I sent. */
  status(seq: Seq): SendStatus;
  /** There is nothing on the server yet: a direct room before its first message. */
  unborn(): boolean;
  /** Loads a page; resolves to how many events came. */
  load(page: { before?: Seq; around?: Seq }): Promise<number>;
}

export class RoomTimeline implements Timeline {
  readonly #source: TimelineSource;
  #rows: readonly TimelineRow[] | null = null;
  /** Rows keep their identity until their line changes, so that lists redraw only what did. */
  readonly #known = new Map<Seq, TimelineRow | null>();

  constructor(source: TimelineSource) {
    this.#source = source;
  }

  snapshot(): readonly TimelineRow[] {
    this.#rows ??= this.#build();
    return this.#rows;
  }

  subscribe(listener: () => void): () => void {
    return this.#source.signal.subscribe(listener);
  }

  get hasOlder(): boolean {
    const { log, unborn } = this.#source;
    return (log.ranges.first ?? 2) > 1 && !unborn();
  }

  async older(before?: number): Promise<number> {
    const { log, load } = this.#source;
    const { ranges, last } = log;
    if (before === undefined) return load(ranges.first === undefined ? {} : { before: ranges.first });
    const hole = ranges.holes(1, last).find(([from, to]) => from < before && before <= to + 1);
    return hole ? load({ before: hole[1] + 1 }) : 0;
  }

  async around(seq: number): Promise<number> {
    return this.#source.log.ranges.has(seq) ? 0 : this.#source.load({ around: seq });
  }

  /** Something changed: the next look builds anew. */
  changed(): void {
    this.#rows = null;
  }

  /** A post as it is now. */
  message(seq: Seq): Message | null {
    const row = this.#row(seq, this.#source.pending());
    return row?.type === "message" ? row.message : null;
  }

  #build(): TimelineRow[] {
    const { log, pending } = this.#source;
    const { ranges, touched } = log;
    const commands = pending();
    for (const seq of touched) this.#known.delete(seq);
    touched.clear();
    const rows: TimelineRow[] = [];
    let next: Seq | null = null;
    for (const [from, to] of ranges.all) {
      if (next !== null) rows.push({ type: "hole", key: `hole-${from}`, from: next, to: from - 1 });
      next = to + 1;
      for (const { seq } of log.between(from, to)) {
        const row = this.#row(seq, commands);
        if (row) rows.push(row);
      }
    }
    for (const { op, cid, at, in: input, state, error } of commands) {
      if (op !== "room.post") continue;
      const { with: _peer, ...draft } = input;
      const message = { ...this.#blank(null, at, this.#source.me(), cid), ...draft, status: state, error };
      rows.push({ type: "message", key: cid, message });
    }
    return rows;
  }

  #row(seq: Seq, commands: readonly Pending[]): TimelineRow | null {
    const { log, me, status } = this.#source;
    let row = this.#known.get(seq);
    if (row === undefined || log.touched.has(seq)) {
      const line = log.line(seq);
      row = line ? this.#rowOf(line, commands) : null;
    }
    if (row?.type === "message" && row.message.by === me() && row.message.status !== status(seq)) {
      row = { ...row, message: { ...row.message, status: status(seq) } };
    }
    this.#known.set(seq, row);
    return row;
  }

  #rowOf(line: Kept, commands: readonly Pending[]): TimelineRow | null {
    const key = line.cid ?? String(line.seq);
    switch (line.kind) {
      case "posted":
        return { type: "message", key, message: this.#messageOf(line, commands) };
      case "tombstone":
        if (!this.#source.log.wasPost(line)) return null;
        return { type: "message", key, message: this.#messageOf(line, []) };
      case "unresolved":
      case "edited":
      case "deleted":
      case "reacted":
        return null;
      default: {
        const { seq, at, ord: _ord, by, cid: _cid, ...event } = line;
        return { type: "note", key, seq, at, by, event };
      }
    }
  }

  /** A message as it will be when my own edits, reactions and deletion of it have landed: a refusal takes them back. */
  #messageOf(line: Line, commands: readonly Pending[]): Message {
    const { log, me } = this.#source;
    const { seq, at, by, cid } = line;
    const mine: OwnEvent[] = [];
    for (const command of commands) {
      if (command.in.seq !== seq) continue;
      const event = ownEvent(Number.POSITIVE_INFINITY, command.at, command, me(), log);
      if (event) mine.push(event);
    }
    const post = log.post(seq, mine);
    const re = line.kind === "posted" ? (line.re ?? null) : null;
    return { ...this.#blank(seq, at, by, cid ?? null), ...(post ? { ...post, re } : { deleted: true }) };
  }

  #blank(seq: Seq | null, at: number, by: UserId, cid: string | null): Message {
    return {
      ...{ room: this.#source.room, seq, cid, by, at, text: "", re: null, mentions: [], editedAt: null },
      ...{ deleted: false, reactions: [], status: "stored", error: null },
    };
  }
}
