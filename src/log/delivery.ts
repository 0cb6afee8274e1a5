import type { LogRecord, RoomId, Unsubscribe } from "../../actors/ports.ts";

/** Who listens to a log: rooms with their subscribers, and readers that only want to be woken. */
export class Delivery {
  #rooms = new Map<RoomId, Set<(record: LogRecord) => void>>();
  #readers = new Set<() => void>();
  #waiting: LogRecord[] = [];
  #later: (task: () => void) => void;

  /** @param later runs a task soon, never inside the call: a subscriber's fault must not reach an append */
  constructor(later: (task: () => void) => void) {
    this.#later = later;
  }

  subscribe(room: RoomId, deliver: (record: LogRecord) => void): Unsubscribe {
    // A closure of our own: the same function may be subscribed twice.
    const entry = (record: LogRecord) => deliver(record);
    const entries = this.#rooms.get(room) ?? new Set();
    this.#rooms.set(room, entries.add(entry));
    return () => {
      entries.delete(entry);
      if (entries.size === 0 && this.#rooms.get(room) === entries) this.#rooms.delete(room);
    };
  }

  follow(wake: () => void): Unsubscribe {
    const entry = () => wake();
    this.#readers.add(entry);
    return () => this.#readers.delete(entry);
  }

  /** Takes a record that is durable. They come in the order of their positions. */
  committed(record: LogRecord): void {
    if (this.#waiting.push(record) === 1) this.#later(() => this.#deliver());
  }

  #deliver(): void {
    const records = this.#waiting;
    this.#waiting = [];
    for (const record of records) {
      for (const deliver of this.#rooms.get(record.room) ?? []) deliver(record);
    }
    for (const wake of this.#readers) wake();
  }
}
