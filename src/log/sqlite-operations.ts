import type { Database } from "bun:sqlite";
import { limits } from "../../actors/limits.ts";
import type { Head, Millis, Position, RecordDraft, RoomId, Seq } from "../../actors/ports.ts";

export const recordColumns = `position, room, prev, epoch, "from", count, at, frame, server`;

/** `prev`: the room's position before. A fenced append wrote nothing. */
export type Appended = { position: Position; prev: Position } | { fenced: Position };

/** What the log writes, in the worker. */
export function logOperations(db: Database) {
  const head = db.prepare<Head, [RoomId]>("SELECT position, seq FROM heads WHERE room = ?");
  const setHead = db.prepare<null, [RoomId, Position, Seq]>(
    `INSERT INTO heads (room, position, seq) VALUES (?, ?, ?)
     ON CONFLICT (room) DO UPDATE SET position = excluded.position, seq = excluded.seq`,
  );
  const insert = db.prepare<null, [Position, RoomId, Position, string, Seq, number, Millis, string, string]>(
    `INSERT INTO records (position, room, prev, epoch, "from", count, at, frame, server)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  // From the oldest on, no index: one that is younger than its successors, after a clock went back, makes them wait for it.
  const trim = db.prepare<{ position: Position }, [Position, number, Millis]>(
    `DELETE FROM records WHERE position IN
       (SELECT position FROM (SELECT position, at FROM records WHERE position <= ? ORDER BY position LIMIT ?) WHERE at < ?)
     RETURNING position`,
  );

  // From the heads: trimming may have taken the newest record, and a position is never used twice. A transaction
  // that rolls back leaves a gap.
  let last =
    db.query<{ last: Position }, []>("SELECT ifnull(max(position), 0) AS last FROM heads").get()?.last ?? 0;

  return {
    append(
      room: RoomId,
      expected: Position,
      { epoch, from, count, at }: Omit<RecordDraft, "frame" | "server">,
      frame: string,
      server: string,
    ): Appended {
      const { position: prev, seq } = head.get(room) ?? { position: 0, seq: 0 };
      if (prev !== expected) return { fenced: prev };
      const position = ++last;
      insert.run(position, room, prev, epoch, from, count, at, frame, server);
      setHead.run(room, position, count > 0 ? from + count - 1 : seq);
      return { position, prev };
    },
    /** How many records went: at most `limits.trimmedPerOperationMax`. */
    trim(before: Millis, upTo: Position): number {
      return trim.all(upTo, limits.trimmedPerOperationMax, before).length;
    },
  };
}
