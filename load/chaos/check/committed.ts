/** A log as it was read, and when each of its records can have become durable. Pure. */
import type { LogRecord, RoomId } from "../../../actors/ports.ts";
import { linesOf, partsOf } from "../../../actors/room/frame.ts";
import type { Committed, History, RoomLog } from "../../../test/sim/check/history.ts";

/** `at` is a whole millisecond of another clock than the one that we go by. */
const clockSlackMs = 20;

export const headOf = (records: readonly LogRecord[]): number =>
  records.reduce((head, { from, count }) => Math.max(head, from + count - 1), 0);

/**
 * As the checker wants it. A record was durable when somebody first heard of it, or of a later one, and not before its owner
 * made it.
 * @param offset from the history's clock to the wall clock
 */
export function committedOf(
  logs: ReadonlyMap<RoomId, readonly LogRecord[]>,
  history: History,
  { now, offset }: { now: number; offset: number },
): RoomLog[] {
  return [...logs].map(([room, records]) => {
    const heard = firstHeard(history, room);
    let by = now;
    const committed = records.toReversed().map((record): Committed => {
      for (let seq = record.from; seq < record.from + record.count; seq++)
        by = Math.min(by, heard.get(seq) ?? by);
      const { parts, closed = [] } = partsOf(record);
      return {
        t: by,
        notBefore: Math.min(by, record.at - offset - clockSlackMs),
        from: record.from,
        lines: linesOf(record.frame),
        parts: parts.map(({ by: sender, cid = null, n = 1 }) => ({ by: sender, cid, n })),
        closed: closed.map(({ by: sender, cid }) => ({ by: sender, cid })),
      };
    });
    return { room, records: committed.reverse() };
  });
}

/** When anybody first knew of each seq. */
function firstHeard({ commands, seen }: History, room: RoomId): Map<number, number> {
  const heard = new Map<number, number>();
  const note = (seq: number, t: number) => heard.set(seq, Math.min(t, heard.get(seq) ?? t));
  for (const { room: where, phase, seq, answered } of commands) {
    if (where === room && phase === "ok" && answered !== null) note(seq, answered);
  }
  for (const { room: where, is, seq, t } of seen) {
    if (where === room && is !== "void" && is !== "start") note(seq, t);
  }
  return heard;
}
