/** What the crash test writes: content that follows from its place, so that a torn or foreign record shows. */
import type { LogRecord, RecordDraft, RoomId, Seq } from "../../actors/ports.ts";
import { frameOf, linesOf } from "../../actors/room/frame.ts";

const epoch = "crash";
const author = "writer";
const atBase = 1_700_000_000_000;

export const rooms: readonly RoomId[] = Array.from({ length: 8 }, (_, i) => `room${i}`);

/** Lines of 60 to 3,000 bytes: some share a page, some span two. */
function lineOf(room: RoomId, seq: Seq): string {
  const text = `${room}/${seq} `.repeat(1 + ((seq * 7919) % 13) ** 2);
  return JSON.stringify({ seq, at: atBase + seq, ord: seq, by: author, kind: "posted", text });
}

/** The record of `count` events from a seq; none: it only closes a cid. */
export function recordOf(room: RoomId, from: Seq, count: number): RecordDraft {
  const lines = Array.from({ length: count }, (_, i) => lineOf(room, from + i));
  return {
    epoch,
    from,
    count,
    at: atBase + from + Math.max(0, count - 1),
    frame: count === 0 ? "" : frameOf(room, epoch, from, lines),
    server: JSON.stringify({ parts: lines.map(() => ({ by: author })), room, from }),
  };
}

export function isWhole({ room, position: _, prev: __, ...draft }: LogRecord): boolean {
  return Bun.deepEquals(draft, recordOf(room, draft.from, draft.count));
}

/** What the history reader would write of a record. */
export function writesOf({ room, from, frame }: LogRecord) {
  return linesOf(frame).map((line, i) => ({
    t: "event" as const,
    room,
    seq: from + i,
    at: atBase + from + i,
    ord: from + i,
    by: author,
    kind: "posted",
    line,
    cid: `${room}-${from + i}`,
    hash: "hash",
    origin: null,
    n: 1,
    target: null,
    mentions: [],
  }));
}
