import type { Database } from "bun:sqlite";
import { limits } from "../../../actors/limits.ts";
import type { Mark, Receipts, RoomId, Seq, UserId } from "../../../actors/ports.ts";
import { chunksOf } from "../chunks.ts";
import type { Writer } from "./writer.ts";

const columns = "room, user, delivered, read";

export function receiptOperations(db: Database) {
  const merge = db.prepare<Mark, [RoomId, UserId, Seq, Seq]>(
    `INSERT INTO receipts (${columns}) VALUES (?, ?, ?, ?) ON CONFLICT (room, user) DO UPDATE
     SET delivered = max(delivered, excluded.delivered), read = max(read, excluded.read) RETURNING ${columns}`,
  );
  return {
    mergeReceipts(marks: readonly Mark[]): Mark[] {
      return marks.flatMap(({ room, user, delivered, read }) => merge.get(room, user, delivered, read) ?? []);
    },
  };
}

export class SqliteReceipts implements Receipts {
  #one;
  #ofRoom;
  #counts;
  #writer: Writer;

  constructor(reads: Database, writer: Writer) {
    this.#one = reads.prepare<Mark, [RoomId, UserId]>(
      `SELECT ${columns} FROM receipts WHERE room = ? AND user = ?`,
    );
    this.#ofRoom = reads.prepare<Mark, [RoomId, number]>(
      `SELECT ${columns} FROM receipts WHERE room = ? ORDER BY user LIMIT ?`,
    );
    this.#counts = reads.prepare<{ delivered: number; read: number }, [Seq, Seq, RoomId]>(
      "SELECT total(delivered >= ?) AS delivered, total(read >= ?) AS read FROM receipts WHERE room = ?",
    );
    this.#writer = writer;
  }

  async merge(marks: readonly Mark[]): Promise<Mark[]> {
    const chunks = chunksOf(marks, limits.writesPerOperationMax);
    return (await Promise.all(chunks.map((chunk) => this.#writer.run("mergeReceipts", chunk)))).flat();
  }

  async ofRoom(room: RoomId, users: readonly UserId[] | "all", limit: number): Promise<Mark[]> {
    if (users === "all") return this.#ofRoom.all(room, limit);
    return users.flatMap((user) => this.#one.get(room, user) ?? []).slice(0, limit);
  }

  async ofUser(user: UserId, rooms: readonly RoomId[]): Promise<Mark[]> {
    return rooms.flatMap((room) => this.#one.get(room, user) ?? []);
  }

  async counts(room: RoomId, seq: Seq): Promise<{ delivered: number; read: number }> {
    return this.#counts.get(seq, seq, room) ?? { delivered: 0, read: 0 };
  }
}
