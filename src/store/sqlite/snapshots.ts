import type { Database } from "bun:sqlite";
import type { RoomId, Snapshot, Snapshots } from "../../../actors/ports.ts";
import type { Writer } from "./writer.ts";

export function snapshotOperations(db: Database) {
  const put = db.prepare<null, [Record<keyof Snapshot, string | number>]>(
    `INSERT INTO snapshots (room, seq, position, format, state) VALUES ($room, $seq, $position, $format, $state)
     ON CONFLICT (room) DO UPDATE
     SET seq = excluded.seq, position = excluded.position, format = excluded.format, state = excluded.state
     WHERE (excluded.seq, excluded.position) > (seq, position)`,
  );
  return {
    putSnapshot(snapshot: Snapshot): void {
      put.run({ ...snapshot });
    },
  };
}

export class SqliteSnapshots implements Snapshots {
  #get;
  #writer: Writer;

  constructor(reads: Database, writer: Writer) {
    this.#get = reads.prepare<Snapshot, [RoomId]>(
      "SELECT room, seq, position, format, state FROM snapshots WHERE room = ?",
    );
    this.#writer = writer;
  }

  async get(room: RoomId): Promise<Snapshot | null> {
    return this.#get.get(room);
  }

  put(snapshot: Snapshot): Promise<void> {
    return this.#writer.run("putSnapshot", snapshot);
  }
}
