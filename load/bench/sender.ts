/**
 * Who posts, on a schedule and in a thread of its own: a driver that also receives a thousand frames would be late. Open
 * loop: ack times count from the moment at which the message was due.
 */
import type { Wire } from "../kit/wire.ts";
import { numberAt } from "./crowd.ts";
import { answersPing, enter } from "./enter.ts";
import type { Person } from "./people.ts";
import { commandOf, textOf } from "./texts.ts";

declare const self: Worker;

export interface Seat {
  person: Person;
  room: string;
  port: number;
}

export interface Schedule {
  /** Number of the first message. */
  first: number;
  /** Bursts in all, `size` messages each. Seats take turns. */
  bursts: number;
  size: number;
  everyMs: number;
}

export interface Sent {
  /** How late each burst left. */
  slipsMs: number[];
  acksMs: number[];
  /** When each message was due, at a time that all threads share. */
  dues: number[];
  /** Seqs that were acknowledged, in the order of the messages. */
  seqs: number[];
  faults: string[];
}

export type ToSender = { open: { seats: Seat[] } } | { run: Schedule };
export type FromSender = { opened: true } | { sent: Sent } | { failed: string };

interface Open {
  room: string;
  wire: Wire;
}

const seats: Open[] = [];
/** Unanswered, by request id: when it was due and where its seq goes. */
const waiting = new Map<number, { due: number; index: number }>();
let requests = 0;
let sent: Sent = { slipsMs: [], acksMs: [], dues: [], seqs: [], faults: [] };
let idle: () => void = () => {};
const ackWithinMs = 10_000;

self.onmessage = ({ data }: MessageEvent<ToSender>) => {
  const work = "open" in data ? open(data.open.seats) : run(data.run);
  work.catch((error) => self.postMessage({ failed: String(error) } satisfies FromSender));
};

async function open(wanted: readonly Seat[]): Promise<void> {
  for (const { person, room, port } of wanted) {
    const handlers = {
      text: (payload: Buffer) => receive(wire, payload),
      closed: (code: number | null) => void sent.faults.push(`the sender was closed: ${code}`),
    };
    const entered: { wire: Wire } = await enter(port, person, `sender ${room}`, room, {
      text: () => {},
      closed: handlers.closed,
    });
    const wire = entered.wire;
    wire.handlers = handlers;
    seats.push({ room, wire });
  }
  self.postMessage({ opened: true } satisfies FromSender);
}

const reply = "r".charCodeAt(0);
const okMark = Buffer.from('"ok":{"seq":');

/** `{"re":17,"ok":{"seq":…`, or `{"t":…`. */
function receive(wire: Wire, payload: Buffer): void {
  if (payload[2] !== reply) return void answersPing(wire, payload);
  const id = numberAt(payload, 6);
  const asked = waiting.get(id);
  if (asked === undefined) return void sent.faults.push(`a reply to nothing: ${id}`);
  waiting.delete(id);
  const mark = payload.indexOf(okMark);
  if (mark === -1) sent.faults.push(`refused: ${payload.toString()}`);
  else {
    sent.acksMs[asked.index] = performance.now() - asked.due;
    sent.seqs[asked.index] = numberAt(payload, mark + okMark.length);
  }
  if (waiting.size === 0) idle();
}

async function run({ first, bursts, size, everyMs }: Schedule): Promise<void> {
  sent = { slipsMs: [], acksMs: [], dues: [], seqs: [], faults: sent.faults };
  const began = performance.now() + 20;
  for (let burst = 0; burst < bursts; burst++) {
    const due = began + burst * everyMs;
    await until(due);
    const seat = seats[burst % seats.length];
    if (seat === undefined) throw new Error("nobody sits here");
    sent.slipsMs.push(performance.now() - due);
    seat.wire.sendAll(
      Array.from({ length: size }, (_, i) => {
        const index = burst * size + i;
        const id = ++requests;
        waiting.set(id, { due, index });
        sent.dues[index] = performance.timeOrigin + due;
        return commandOf(id, seat.room, textOf("m", first + index));
      }),
    );
  }
  if (waiting.size > 0) {
    const answered = Promise.withResolvers<void>();
    idle = answered.resolve;
    const late = setTimeout(answered.resolve, ackWithinMs);
    await answered.promise;
    clearTimeout(late);
    idle = () => {};
  }
  if (waiting.size > 0) sent.faults.push(`${waiting.size} commands without a reply`);
  self.postMessage({ sent } satisfies FromSender);
}

/** A timer is up to a millisecond late: the last one is spent looking at the clock, while replies come in. */
async function until(due: number): Promise<void> {
  const left = due - performance.now();
  if (left > 2) await Bun.sleep(left - 1.5);
  while (performance.now() < due) await new Promise<void>((resolve) => setImmediate(resolve));
}
