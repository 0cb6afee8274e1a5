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
import type { Platform } from "../../actors/runtime/platform.ts";
import { Delivery } from "./delivery.ts";
import { withinBytes } from "./within-bytes.ts";

const empty: Head = { position: 0, seq: 0 };

/** A log in memory, for tests and the simulator: one stream, lost with the process. */
export class MemoryLog implements Log {
  readonly streams = 1;
  #records: LogRecord[] = [];
  #rooms = new Map<RoomId, LogRecord[]>();
  /** Apart from the records: trimming never moves the fence. */
  #heads = new Map<RoomId, Head>();
  #position: Position = 0;
  #delivery: Delivery;

  constructor(platform: Platform) {
    this.#delivery = new Delivery((task) => platform.soon(task));
  }

  streamOf(): number {
    return 0;
  }

  async append(room: RoomId, expected: Position, draft: RecordDraft): Promise<Position> {
    const head = this.#heads.get(room) ?? empty;
    if (head.position !== expected) throw new Fenced(`head is ${head.position}, not ${expected}`);
    const position = ++this.#position;
    const record: LogRecord = { ...draft, room, position, prev: head.position };
    this.#records.push(record);
    const records = this.#rooms.get(room);
    if (records) records.push(record);
    else this.#rooms.set(room, [record]);
    this.#heads.set(room, { position, seq: draft.count > 0 ? draft.from + draft.count - 1 : head.seq });
    this.#delivery.committed(record);
    return position;
  }

  async heads(rooms: readonly RoomId[]): Promise<Head[]> {
    return rooms.map((room) => ({ ...(this.#heads.get(room) ?? empty) }));
  }

  async tail(room: RoomId, after: Position, bytesMax: number): Promise<LogRecord[]> {
    return withinBytes(newerThan(this.#rooms.get(room) ?? [], after), bytesMax);
  }

  async scan(_stream: number, after: Position, countMax: number): Promise<LogRecord[]> {
    return newerThan(this.#records, after).slice(0, countMax);
  }

  async subscribe(room: RoomId, deliver: (record: LogRecord) => void): Promise<Unsubscribe> {
    return this.#delivery.subscribe(room, deliver);
  }

  follow(_stream: number, wake: () => void): Unsubscribe {
    return this.#delivery.follow(wake);
  }

  async trim(_stream: number, before: Millis, upTo: Position): Promise<number> {
    const keeps = (record: LogRecord) => record.at >= before || record.position > upTo;
    const count = this.#records.length;
    this.#records = this.#records.filter(keeps);
    for (const [room, records] of this.#rooms) this.#rooms.set(room, records.filter(keeps));
    return count - this.#records.length;
  }
}

/** The records after a position; they lie in the order of their positions. */
function newerThan(records: readonly LogRecord[], after: Position): LogRecord[] {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((records[middle] as LogRecord).position <= after) low = middle + 1;
    else high = middle;
  }
  return records.slice(low);
}
