/** What a reader of a room sees, built from its log and its outbox when somebody looks. */
import type { Seq, UserId } from "../actors/ports.ts";
import type { Message, Timeline, TimelineRow } from "./api.ts";
import { createSignal, type Signal } from "./emitter.ts";
import type { Kept, Line, OwnEvent } from "./entry.ts";
import type { Host } from "./host.ts";
import { olderRows } from "./limits.ts";
import type { Pending } from "./outbox.ts";
import { ownEvent } from "./own-event.ts";
import { type Receipt, statusOf } from "./receipts.ts";
import type { RoomLog } from "./room-log.ts";

/** What the timeline needs of its room. */
export interface TimelineSource {
  readonly id: string;
  readonly log: RoomLog;
  readonly receipts: readonly Receipt[];
  /** The other user of a direct room that doesn't exist yet. */
  readonly unbornPeer: UserId | null;
  /** Loads a page; resolves to how many events came. */
  load(range: { before?: Seq; around?: Seq; limit: number }): Promise<number>;
}

type Needs = Pick<Host, "me" | "outbox" | "platform">;

export class RoomTimeline implements Timeline {
  readonly #source: TimelineSource;
  readonly #host: Needs;
  readonly #signal: Signal;
  #rows: readonly TimelineRow[] | null = null;
  /** Rows keep their identity until their line changes, so that lists redraw only what did. */
  #known = new Map<Seq, TimelineRow | null>();

  constructor(source: TimelineSource, host: Needs) {
    this.#source = source;
    this.#host = host;
    this.#signal = createSignal(host.platform);
  }

  /** A field, like subscribe, so that it can be handed around on its own. */
  readonly snapshot = (): readonly TimelineRow[] => {
    this.#rows ??= this.#build();
    return this.#rows;
  };

  readonly subscribe = (listener: () => void): (() => void) => this.#signal.add(listener);

  get hasOlder(): boolean {
    const { log, unbornPeer } = this.#source;
    return !log.ranges.has(1) && unbornPeer === null;
  }

  async older(before?: number): Promise<number> {
    const { ranges, last } = this.#source.log;
    let end = ranges.all[0]?.[0];
    if (before !== undefined) {
      const hole = ranges.holes(1, last).find(([from, to]) => from <= before && before <= to + 1);
      if (!hole) return 0;
      end = hole[1] + 1;
    }
    return this.#source.load({ ...(end === undefined ? {} : { before: end }), limit: olderRows });
  }

  async around(seq: number): Promise<number> {
    const { log } = this.#source;
    return log.ranges.has(seq) ? 0 : this.#source.load({ around: seq, limit: olderRows });
  }

  /** The next look builds anew. */
  changed(): void {
    this.#rows = null;
    this.#signal.fire();
  }

  /** A post as it is now. */
  message(seq: Seq): Message | null {
    const line = this.#source.log.line(seq);
    const row = line && this.#row(line, this.#pending());
    return row?.type === "message" ? row.message : null;
  }

  /** My commands in this room that have no event yet, oldest first. */
  #pending(): readonly Pending[] {
    return this.#host.outbox.list().filter(({ room }) => room === this.#source.id);
  }

  #build(): TimelineRow[] {
    const { log } = this.#source;
    const { ranges, touched } = log;
    const commands = this.#pending();
    // Made anew each time: what the log has forgotten must not stay here.
    const known = new Map<Seq, TimelineRow | null>();
    const rows: TimelineRow[] = [];
    let next: Seq | null = null;
    for (const [from, to] of ranges.all) {
      if (next !== null) rows.push({ type: "hole", key: `hole-${from}`, from: next, to: from - 1 });
      next = to + 1;
      for (const line of log.between(from, to)) {
        const row = this.#row(line, commands);
        known.set(line.seq, row);
        if (row) rows.push(row);
      }
    }
    this.#known = known;
    touched.clear();
    for (const { op, cid, at, in: input, state, error } of commands) {
      if (op !== "room.post") continue;
      const { with: _peer, ...draft } = input;
      const message = { ...this.#blank(null, at, this.#host.me(), cid), ...draft, status: state, error };
      rows.push({ type: "message", key: cid, message });
    }
    return rows;
  }

  #row(line: Kept, commands: readonly Pending[]): TimelineRow | null {
    const { log, receipts } = this.#source;
    const { seq } = line;
    let row = this.#known.get(seq);
    if (row === undefined || log.touched.has(seq)) row = this.#rowOf(line, commands);
    if (row?.type === "message" && row.message.by === this.#host.me()) {
      const status = statusOf(receipts, seq);
      if (row.message.status !== status) row = { ...row, message: { ...row.message, status } };
    }
    return row;
  }

  #rowOf(line: Kept, commands: readonly Pending[]): TimelineRow | null {
    const key = line.cid ?? String(line.seq);
    switch (line.kind) {
      case "posted":
        return { type: "message", key, message: this.#messageOf(line, commands) };
      case "tombstone":
        return this.#source.log.wasPost(line)
          ? { type: "message", key, message: this.#messageOf(line, commands) }
          : null;
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
    const { log } = this.#source;
    const { seq, at, by, cid } = line;
    const mine: OwnEvent[] = [];
    for (const command of commands) {
      if (command.in.seq !== seq) continue;
      const event = ownEvent(Number.POSITIVE_INFINITY, command.at, command, this.#host.me());
      if (event) mine.push(event);
    }
    const post = log.post(seq, mine);
    const re = line.kind === "posted" ? (line.re ?? null) : null;
    return { ...this.#blank(seq, at, by, cid ?? null), ...(post ? { ...post, re } : { deleted: true }) };
  }

  #blank(seq: Seq | null, at: number, by: UserId, cid: string | null): Message {
    return {
      ...{ room: this.#source.id, seq, cid, by, at, text: "", re: null, mentions: [], editedAt: null },
      ...{ deleted: false, reactions: [], status: "stored", error: null },
    };
  }
}
