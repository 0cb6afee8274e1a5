/**
 * Sockets that listen in rooms, and the proof that each got everything: every frame's seq is compared with the socket's
 * last one, and its bytes with the first copy of that frame. The first copies are read whole after the measurement.
 */
import { frameOf } from "../../actors/room/frame.ts";
import type { Wire } from "../kit/wire.ts";
import { answersPing, type Cursor, enter, isEvents } from "./enter.ts";
import type { Person } from "./people.ts";

const id = "1".repeat(22);
/** Where the number after `"from":` begins; ids have one length. */
export const fromAt = frameOf(id, id, 0, []).indexOf('"from":') + '"from":'.length;

export interface Copy {
  bytes: Buffer;
  lines: number;
}

/** The frames of one room, as whoever got them first saw them. */
export class RoomCopy {
  readonly room: string;
  readonly frames = new Map<number, Copy>();

  constructor(room: string) {
    this.room = room;
  }

  /** The posts, in the order of their seqs. */
  texts(): { seq: number; text: string }[] {
    const found: { seq: number; text: string }[] = [];
    for (const from of [...this.frames.keys()].sort((a, b) => a - b)) {
      const { events } = JSON.parse((this.frames.get(from) as Copy).bytes.toString()) as {
        events: { seq: number; text?: string }[];
      };
      for (const { seq, text } of events) if (text !== undefined) found.push({ seq, text });
    }
    return found;
  }
}

export class Listener {
  readonly #crowd: Crowd;
  readonly copy: RoomCopy;
  last = 0;
  wire: Wire | null = null;

  constructor(crowd: Crowd, copy: RoomCopy) {
    this.#crowd = crowd;
    this.copy = copy;
  }

  text(payload: Buffer): void {
    if (isEvents(payload)) this.#events(payload);
    else if (this.wire !== null) answersPing(this.wire, payload);
  }

  closed(code: number | null, reason: string): void {
    this.#crowd.fault(`a listener was closed: ${code} ${reason}`);
  }

  #events(payload: Buffer): void {
    const from = numberAt(payload, fromAt);
    if (from !== this.last + 1) this.#crowd.fault(`seq ${from} came after ${this.last}`);
    const { frames } = this.copy;
    let copy = frames.get(from);
    if (copy === undefined) {
      copy = { bytes: Buffer.from(payload), lines: linesIn(payload) };
      frames.set(from, copy);
    } else if (!payload.equals(copy.bytes))
      this.#crowd.fault(`two listeners got different frames from ${from}`);
    this.last = from + copy.lines - 1;
    this.#crowd.delivered(from, copy.lines);
  }
}

export class Crowd {
  readonly listeners: Listener[] = [];
  readonly faults: string[] = [];
  /** Each frame that came, by its first seq, at a time that all threads share. */
  arrivals: { from: number; at: number }[] = [];
  #delivered = 0;
  #wanted = Number.POSITIVE_INFINITY;
  #reached: () => void = () => {};

  /** Adds a socket that is live in the room, from its newest page on. */
  async join(port: number, person: Person, tab: string, copy: RoomCopy): Promise<Listener> {
    const listener = new Listener(this, copy);
    const skipped = {
      text: () => {},
      closed: (code: number | null, why: string) => listener.closed(code, why),
    };
    const { wire, live } = await enter(port, person, tab, copy.room, skipped);
    this.take(listener, wire, live[copy.room]);
    return listener;
  }

  take(listener: Listener, wire: Wire, cursor: Cursor | undefined): void {
    listener.last = cursor?.[1] ?? 0;
    listener.wire = wire;
    wire.handlers = listener;
    this.listeners.push(listener);
  }

  delivered(from: number, lines: number): void {
    this.arrivals.push({ from, at: performance.timeOrigin + performance.now() });
    this.#delivered += lines;
    if (this.#delivered >= this.#wanted) this.#reached();
  }

  fault(what: string): void {
    if (this.faults.length < 20) this.faults.push(what);
  }

  /** Before a window: counts begin at zero. */
  reset(): void {
    this.#delivered = 0;
    this.arrivals = [];
    this.#wanted = Number.POSITIVE_INFINITY;
    for (const { copy } of this.listeners) copy.frames.clear();
  }

  /** Resolves when so many deliveries came since `reset`; a fault when they don't within `withinMs`. */
  async expect(count: number, withinMs: number): Promise<void> {
    if (this.#delivered < count) {
      const reached = Promise.withResolvers<boolean>();
      this.#wanted = count;
      this.#reached = () => reached.resolve(true);
      const late = setTimeout(() => reached.resolve(false), withinMs);
      await reached.promise;
      clearTimeout(late);
    }
    if (this.#delivered !== count) this.fault(`${this.#delivered} deliveries instead of ${count}`);
  }

  leave(): void {
    for (const { wire } of this.listeners) wire?.leave();
  }
}

export function numberAt(payload: Buffer, start: number): number {
  let value = 0;
  for (let at = start; ; at++) {
    const digit = (payload[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return value;
    value = value * 10 + digit;
  }
}

const lineBreak = 10;

/** A frame has one line break before each event and one at its end. */
export function linesIn(payload: Buffer): number {
  let count = -1;
  for (let at = payload.indexOf(lineBreak); at !== -1; at = payload.indexOf(lineBreak, at + 1)) count++;
  return count;
}
