import type { Database } from "bun:sqlite";
import type { Millis, RoomDoc, RoomId, Rooms, Seq, Write } from "../../../actors/ports.ts";
import { emptyRoom, type RoomRow, roomOf, withRoom } from "../merge/room.ts";

export interface RoomColumns {
  room: RoomId;
  seq: Seq;
  ord: number;
  at: Millis;
  members: number;
  /** JSON of a RoomRow's fields and rules. */
  doc: string;
}

const emptyDoc = JSON.stringify({ fields: {}, rules: [] });

export function roomRowOf({ room, seq, ord, at, doc }: RoomColumns): RoomRow {
  return { room, seq, ord, at, ...(JSON.parse(doc) as Pick<RoomRow, "fields" | "rules">) };
}

export function roomWriter(db: Database) {
  const get = db.prepare<RoomColumns, [RoomId]>("SELECT * FROM rooms WHERE room = ?");
  const put = db.prepare<null, [RoomId, Seq, number, Millis, string]>(
    `INSERT INTO rooms (room, seq, ord, at, members, doc) VALUES (?, ?, ?, ?, 0, ?) ON CONFLICT (room) DO UPDATE
     SET seq = excluded.seq, ord = excluded.ord, at = excluded.at, doc = excluded.doc`,
  );
  const advance = db.prepare<{ room: RoomId }, [Seq, number, Millis, RoomId]>(
    "UPDATE rooms SET seq = max(seq, ?), ord = max(ord, ?), at = max(at, ?) WHERE room = ? RETURNING room",
  );
  const count = db.prepare<null, [RoomId, number]>(
    `INSERT INTO rooms (room, seq, ord, at, members, doc) VALUES (?, 0, 0, 0, ?, '${emptyDoc}')
     ON CONFLICT (room) DO UPDATE SET members = members + excluded.members`,
  );
  return {
    apply(write: Extract<Write, { t: "room" }>): void {
      // Most writes only move the maxima: no document to parse.
      const plain = Object.keys(write.change).length === 0;
      if (plain && advance.get(write.seq, write.ord, write.at, write.room)) return;
      const old = get.get(write.room);
      const { room, seq, ord, at, fields, rules } = withRoom(
        old ? roomRowOf(old) : emptyRoom(write.room),
        write,
      );
      put.run(room, seq, ord, at, JSON.stringify({ fields, rules }));
    },
    /** Members that came (1) or went (-1). */
    count(room: RoomId, change: number): void {
      if (change !== 0) count.run(room, change);
    },
  };
}

export class SqliteRooms implements Rooms {
  #get;

  constructor(reads: Database) {
    this.#get = reads.prepare<RoomColumns, [RoomId]>("SELECT * FROM rooms WHERE room = ?");
  }

  async many(ids: readonly RoomId[]): Promise<RoomDoc[]> {
    return ids.flatMap((id) => {
      const columns = this.#get.get(id);
      return columns ? (roomOf(roomRowOf(columns), columns.members) ?? []) : [];
    });
  }
}
