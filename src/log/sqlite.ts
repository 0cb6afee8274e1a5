import type { Database } from "bun:sqlite";
import {
  Fenced,
  type Head,
  type Log,
  type LogRecord,
  type Millis,
  type Position,
  type RecordDraft,
  type RoomId,
  type Unsubscribe,
} from "../../actors/ports.ts";
import type { Writer } from "../store/sqlite/writer.ts";
import { Delivery } from "./delivery.ts";
import { recordColumns } from "./sqlite-operations.ts";
import { withinBytes } from "./within-bytes.ts";

/** The log of one process: one stream, in the database that it shares with the store. */
export class SqliteLog implements Log {
  readonly streams = 1;
  #heads;
  #tail;
  #scan;
  #writer: Writer;
  // In the turn in which a commit is heard of, after all its promises: one delivery for the whole group.
  #delivery = new Delivery(queueMicrotask);

  constructor(reads: Database, writer: Writer) {
    const head = reads.prepare<Head, [RoomId]>("SELECT position, seq FROM heads WHERE room = ?");
    // One transaction: heads of one moment, and a third of the locking.
    this.#heads = reads.transaction((rooms: readonly RoomId[]) =>
      rooms.map((room) => head.get(room) ?? { position: 0, seq: 0 }),
    );
    this.#tail = reads.prepare<LogRecord, [RoomId, Position]>(
      `SELECT ${recordColumns} FROM records WHERE room = ? AND position > ? ORDER BY position`,
    );
    this.#scan = reads.prepare<LogRecord, [Position, number]>(
      `SELECT ${recordColumns} FROM records WHERE position > ? ORDER BY position LIMIT ?`,
    );
    this.#writer = writer;
  }

  streamOf(): number {
    return 0;
  }

  async append(room: RoomId, expected: Position, draft: RecordDraft): Promise<Position> {
    const { frame, server, ...head } = draft;
    const appended = await this.#writer.run("append", room, expected, head, frame, server);
    if ("fenced" in appended) throw new Fenced(`head is ${appended.fenced}, not ${expected}`);
    this.#delivery.committed({ ...draft, room, ...appended });
    return appended.position;
  }

  async heads(rooms: readonly RoomId[]): Promise<Head[]> {
    return this.#heads(rooms);
  }

  async tail(room: RoomId, after: Position, bytesMax: number): Promise<LogRecord[]> {
    return withinBytes(this.#tail.iterate(room, after), bytesMax);
  }

  async scan(_stream: number, after: Position, countMax: number): Promise<LogRecord[]> {
    return this.#scan.all(after, countMax);
  }

  async subscribe(room: RoomId, deliver: (record: LogRecord) => void): Promise<Unsubscribe> {
    return this.#delivery.subscribe(room, deliver);
  }

  follow(_stream: number, wake: () => void): Unsubscribe {
    return this.#delivery.follow(wake);
  }

  async trim(_stream: number, before: Millis, upTo: Position): Promise<number> {
    let count = 0;
    for (;;) {
      const gone = await this.#writer.run("trim", before, upTo);
      if (gone === 0) return count;
      count += gone;
    }
  }
}
