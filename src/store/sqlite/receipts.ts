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
  #counts;
  #writer: Writer;

  constructor(reads: Database, writer: Writer) {
    this.#one = reads.prepare<Mark, [RoomId, UserId]>(
      `SELECT ${columns} FROM receipts WHERE room = ? AND user = ?`,
    );
    this.#counts = reads.prepare<{ delivered: number; read: number }, [Seq, Seq, RoomId, UserId, RoomId]>(
      // Nobody has a mark who never was in. Who left is looked up: they are fewer.
      `SELECT total(delivered >= ?) AS delivered, total(read >= ?) AS read FROM receipts
       WHERE room = ? AND user <> ? AND user NOT IN
         (SELECT user FROM memberships INDEXED BY memberships_former WHERE room = ? AND role IS NULL)`,
    );
    this.#writer = writer;
  }

  async merge(marks: readonly Mark[]): Promise<Mark[]> {
    const chunks = chunksOf(marks, limits.writesPerOperationMax);
    return (await Promise.all(chunks.map((chunk) => this.#writer.run("mergeReceipts", chunk)))).flat();
  }

  async of(room: RoomId, users: readonly UserId[]): Promise<Mark[]> {
    return users.flatMap((user) => this.#one.get(room, user) ?? []);
  }

  async ofUser(user: UserId, rooms: readonly RoomId[]): Promise<Mark[]> {
    return rooms.flatMap((room) => this.#one.get(room, user) ?? []);
  }

  async counts(room: RoomId, user: UserId, seq: Seq): Promise<{ delivered: number; read: number }> {
    return this.#counts.get(seq, seq, room, user, room) ?? { delivered: 0, read: 0 };
  }
}
