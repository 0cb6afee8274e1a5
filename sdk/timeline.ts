/** What a reader of a room sees, built from its log and its outbox when somebody looks. */
import type { Seq, UserId } from "../actors/ports.ts";
import type { Message, TimelineRow } from "./api.ts";
import { createSignal } from "./emitter.ts";
import type { Kept, Line } from "./entry.ts";
import type { Host } from "./host.ts";
import { olderRows } from "./limits.ts";
import type { Pending } from "./outbox.ts";
import { ownEvent } from "./own-event.ts";
import { holesIn } from "./ranges.ts";
import { statusOf } from "./receipts.ts";
import type { RoomSource } from "./room-sync.ts";

type Needs = Pick<Host, "me" | "outbox" | "platform">;

/** Of one room. */
export function createTimeline(source: RoomSource, host: Needs) {
  const { id, log, load } = source;
  const { me } = host;
  const signal = createSignal(host.platform);
  let rows: readonly TimelineRow[] | null = null;
  /** Rows keep their identity until their line changes, so that lists redraw only what did. */
  let known = new Map<Seq, TimelineRow | null>();

  /** My commands in this room that have no event yet, oldest first. */
  const pending = (): readonly Pending[] => host.outbox.list().filter(({ room }) => room === id);

  function build(): TimelineRow[] {
    const commands = pending();
    // Made anew each time: what the log has forgotten must not stay here.
    const seen = new Map<Seq, TimelineRow | null>();
    const built: TimelineRow[] = [];
    let next: Seq | null = null;
    for (const [from, to] of log.ranges) {
      if (next !== null) built.push({ type: "hole", key: `hole-${from}`, from: next, to: from - 1 });
      next = to + 1;
      for (const line of log.between(from, to)) {
        const row = rowOf(line, commands);
        seen.set(line.seq, row);
        if (row) built.push(row);
      }
    }
    known = seen;
    log.touched.clear();
    for (const { op, cid, at, in: input, state, error } of commands) {
      if (op !== "room.post") continue;
      const { with: _peer, ...draft } = input;
      const message = { ...blank(null, at, me(), cid), ...draft, status: state, error };
      built.push({ type: "message", key: cid, message });
    }
    return built;
  }

  function rowOf(line: Kept, commands: readonly Pending[]): TimelineRow | null {
    const { seq } = line;
    let row = known.get(seq);
    if (row === undefined || log.touched.has(seq)) row = newRow(line, commands);
    if (row?.type === "message" && row.message.by === me()) {
      const status = statusOf(source.receipts, seq);
      if (row.message.status !== status) row = { ...row, message: { ...row.message, status } };
    }
    return row;
  }

  function newRow(line: Kept, commands: readonly Pending[]): TimelineRow | null {
    const key = line.cid ?? String(line.seq);
    if (line.kind === "posted" || (line.kind === "tombstone" && log.wasPost(line))) {
      return { type: "message", key, message: messageOf(line, commands) };
    }
    switch (line.kind) {
      case "tombstone":
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
  function messageOf(line: Line, commands: readonly Pending[]): Message {
    const { seq, at, by, cid } = line;
    const mine = commands
      .filter((command) => command.in.seq === seq)
      .flatMap((command) => ownEvent(Number.POSITIVE_INFINITY, command.at, command, me()) ?? []);
    return { ...blank(seq, at, by, cid ?? null), ...(log.post(seq, mine) ?? { deleted: true }) };
  }

  function blank(seq: Seq | null, at: number, by: UserId, cid: string | null): Message {
    // biome-ignore format: one glance
    return {
      room: id, seq, cid, by, at, text: "", re: null, mentions: [], editedAt: null, deleted: false, reactions: [],
      status: "stored", error: null,
    };
  }

  return {
    snapshot(): readonly TimelineRow[] {
      rows ??= build();
      return rows;
    },

    subscribe: signal.add,

    get hasOlder() {
      return !log.has(1) && source.unbornPeer === null;
    },

    async older(before?: number): Promise<number> {
      const { ranges, last } = log;
      let end = ranges[0]?.[0];
      if (before !== undefined) {
        const hole = holesIn(ranges, 1, last).find(([from, to]) => from <= before && before <= to + 1);
        if (!hole) return 0;
        end = hole[1] + 1;
      }
      return load({ before: end, limit: olderRows });
    },

    async around(seq: number): Promise<number> {
      return log.has(seq) ? 0 : load({ around: seq, limit: olderRows });
    },

    /** The next look builds anew. */
    changed(): void {
      rows = null;
      signal.fire();
    },

    /** A post as it is now. */
    message(seq: Seq): Message | null {
      const line = log.line(seq);
      const row = line && rowOf(line, pending());
      return row?.type === "message" ? row.message : null;
    },
  };
}
