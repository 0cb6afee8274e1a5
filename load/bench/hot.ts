/** One room in which everybody writes as fast as replies come: 20 members, 64 messages in flight each. */
import { cpuSeconds } from "../kit/proc.ts";
import { deaf, type Wire } from "../kit/wire.ts";
import { fromAt, linesIn, numberAt } from "./crowd.ts";
import { answersPing, enter, isEvents } from "./enter.ts";
import type { Outcome } from "./outcome.ts";
import type { Person } from "./people.ts";
import { atLeast, row } from "./row.ts";
import { floor, type Measured, type Subject, starling } from "./subject.ts";
import { commandOf, textOf } from "./texts.ts";

export const writersCount = 20;
const inFlight = 64;
const doneWithinMs = 20_000;

export interface Burst {
  perSecond: number;
  total: number;
  /** µs of the servers' CPU per message. */
  cpu: number;
  faults: string[];
}

export async function hot(rounds: number, seconds: number): Promise<Outcome> {
  await using ground = await floor(writersCount);
  await using server = await starling(writersCount);
  const low = await Party.open(ground);
  const high = await Party.open(server);
  await high.burst(seconds);
  await low.burst(seconds);
  const pairs: { floor: Burst; starling: Burst }[] = [];
  for (let i = 0; i < rounds; i++) {
    pairs.push({ floor: await low.burst(seconds), starling: await high.burst(seconds) });
  }
  low.leave();
  high.leave();
  return {
    rows: [
      row(
        "one hot room: persisted messages per second",
        "/s",
        pairs.map((pair) => pair.starling.perSecond),
        atLeast(20_000),
      ),
      row(
        "   CPU per message",
        "µs",
        pairs.map((pair) => pair.starling.cpu),
      ),
      row(
        "   floor, hot room",
        "/s",
        pairs.map((pair) => pair.floor.perSecond),
      ),
    ],
    voids: 0,
    noisy: false,
    faults: pairs.flatMap((pair) => [
      ...pair.floor.faults.map((fault) => `floor: ${fault}`),
      ...pair.starling.faults,
    ]),
  };
}

/** The sockets of the room's members, over all servers of the subject. */
export class Party {
  readonly #subject: Measured;
  readonly #writers: Writer[] = [];

  private constructor(subject: Measured) {
    this.#subject = subject;
  }

  static async open(subject: Measured & Pick<Subject, "people" | "room">): Promise<Party> {
    const party = new Party(subject);
    const { servers, people } = subject;
    const writers = people.slice(0, writersCount);
    const room = await subject.room(writers);
    for (const [i, person] of writers.entries()) {
      const { port } = servers[i % servers.length] ?? servers[0];
      party.#writers.push(await Writer.open(port, person, `w${i}`, room));
    }
    return party;
  }

  async burst(seconds: number): Promise<Burst> {
    const cpuNow = () => this.#subject.servers.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
    const before = cpuNow();
    const began = performance.now();
    for (const writer of this.#writers) writer.begin();
    await Bun.sleep(seconds * 1_000);
    const acked = this.#writers.reduce((sum, writer) => sum + writer.seqs.length, 0);
    const took = (performance.now() - began) / 1_000;
    for (const writer of this.#writers) writer.end();
    const faults = await this.#complete();
    const total = this.#writers.reduce((sum, writer) => sum + writer.seqs.length, 0);
    const cpu = ((cpuNow() - before) / total) * 1e6;
    return { perSecond: acked / took, total, cpu, faults: [...faults, ...this.#verify()] };
  }

  leave(): void {
    for (const writer of this.#writers) writer.leave();
  }

  /** Everybody has every reply, and every seq up to the highest acknowledged one. */
  async #complete(): Promise<string[]> {
    const deadline = performance.now() + doneWithinMs;
    for (;;) {
      const head = Math.max(
        ...this.#writers.map((writer) => Math.max(writer.last, ...writer.seqs.slice(-inFlight))),
      );
      const done = this.#writers.every((writer) => writer.waiting === 0 && writer.last === head);
      if (done) return [];
      if (performance.now() > deadline) return ["replies or deliveries are missing"];
      await Bun.sleep(20);
    }
  }

  /** Seqs of all acks are dense and unique; one member's copy is read whole, text by text. */
  #verify(): string[] {
    const faults = this.#writers.flatMap((writer) => writer.faults.splice(0));
    const seqs = this.#writers.flatMap((writer) => writer.seqs).sort((a, b) => a - b);
    const dense = seqs.every((seq, i) => i === 0 || seq === (seqs[i - 1] ?? 0) + 1);
    if (!dense) faults.push("the acks' seqs aren't 1..n");
    const texts = new Map<number, string>();
    for (const { name, seqs } of this.#writers) {
      for (const [number, seq] of seqs.entries()) texts.set(seq, textOf(name, number));
    }
    const heard = this.#writers[0]?.copy() ?? [];
    if (heard.length !== seqs.length) faults.push(`a member has ${heard.length} of ${seqs.length} messages`);
    // A stub has no text: it stands for one's own message.
    if (heard.some(({ seq, text }) => text !== undefined && text !== texts.get(seq))) {
      faults.push("what was heard isn't what was said");
    }
    return faults;
  }
}

const reply = "r".charCodeAt(0);
const okMark = Buffer.from('"ok":{"seq":');

class Writer {
  readonly name: string;
  /** Seq of each message of this burst, by its number. */
  seqs: number[] = [];
  last = 0;
  waiting = 0;
  readonly faults: string[] = [];
  readonly #wire: Wire;
  readonly #room: string;
  #open = false;
  /** Frames are kept whole by one member only: the others count. */
  #frames: Buffer[] = [];
  #next = 0;
  #owed = 0;

  private constructor(name: string, wire: Wire, room: string) {
    this.name = name;
    this.#wire = wire;
    this.#room = room;
  }

  static async open(port: number, person: Person, name: string, room: string): Promise<Writer> {
    const { wire, live } = await enter(port, person, name, room, deaf);
    const writer = new Writer(name, wire, room);
    writer.last = live[room]?.[1] ?? 0;
    wire.handlers = {
      text: (payload) => writer.#receive(payload),
      closed: (code, reason) => void writer.faults.push(`closed: ${code} ${reason}`),
    };
    return writer;
  }

  begin(): void {
    this.seqs = [];
    this.#frames = [];
    this.#next = 0;
    this.#open = true;
    this.#post(inFlight);
  }

  end(): void {
    this.#open = false;
  }

  leave(): void {
    this.#wire.leave();
  }

  copy(): { seq: number; text?: string }[] {
    return this.#frames.flatMap(
      (frame) => (JSON.parse(frame.toString()) as { events: { seq: number; text?: string }[] }).events,
    );
  }

  #post(count: number): void {
    this.waiting += count;
    this.#wire.sendAll(
      Array.from({ length: count }, () => {
        const number = this.#next++;
        return commandOf(number, this.#room, textOf(this.name, number));
      }),
    );
  }

  #receive(payload: Buffer): void {
    if (isEvents(payload)) this.#events(payload);
    else if (payload[2] === reply) this.#reply(payload);
    else answersPing(this.#wire, payload);
  }

  #events(payload: Buffer): void {
    const from = numberAt(payload, fromAt);
    if (from !== this.last + 1) this.faults.push(`seq ${from} came after ${this.last}`);
    this.last = from + linesIn(payload) - 1;
    if (this.name === "w0") this.#frames.push(Buffer.from(payload));
  }

  #reply(payload: Buffer): void {
    this.waiting--;
    const mark = payload.indexOf(okMark);
    if (mark === -1) return void this.faults.push(`refused: ${payload.toString()}`);
    this.seqs[numberAt(payload, 6)] = numberAt(payload, mark + okMark.length);
    if (!this.#open) return;
    // Replies that came together are followed by messages that leave together.
    if (this.#owed++ > 0) return;
    queueMicrotask(() => {
      const owed = this.#owed;
      this.#owed = 0;
      this.#post(owed);
    });
  }
}
