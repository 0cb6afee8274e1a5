/** One of the two that are compared, with its rooms full of listeners and its sender, and one measured window on it. */
import { cpuSeconds } from "../kit/proc.ts";
import type { Server } from "../kit/server.ts";
import { Crowd, RoomCopy } from "./crowd.ts";
import { paced } from "./enter.ts";
import type { Person } from "./people.ts";
import type { Schedule, Seat, Sent } from "./sender.ts";
import { SenderThread } from "./sender-thread.ts";
import type { Measured } from "./subject.ts";
import { textOf } from "./texts.ts";

export interface Hall {
  room: string;
  sender: Person;
  listeners: readonly Person[];
  /** Where its people come in, in turn; the sender at the first. Default: all at the first server of the subject. */
  servers?: readonly Server[];
}

export interface Window {
  /** CPU seconds of the server processes, all threads, from before the first send until its work was done. */
  cpu: number;
  messages: number;
  deliveries: number;
  acksMs: number[];
  slipsMs: number[];
  /** From the moment at which each message was due to each of its deliveries; of a burst that came at once, the first message's. */
  deliveriesMs: number[];
  /** Anything lost, doubled, out of order or altered: then no figure of this window counts. */
  faults: string[];
}

const deliveredWithinMs = 10_000;
/** What a server puts off (its documents) is counted too. */
const settleMs = 300;

export class Side implements Disposable {
  readonly subject: Measured;
  readonly #halls: readonly Hall[];
  readonly #crowd = new Crowd();
  readonly #copies: RoomCopy[] = [];
  readonly #sender: SenderThread;
  #number = 0;

  private constructor(subject: Measured, halls: readonly Hall[], sender: SenderThread) {
    this.subject = subject;
    this.#halls = halls;
    this.#sender = sender;
  }

  static async open(subject: Measured, halls: readonly Hall[]): Promise<Side> {
    const portOf = ({ servers = subject.servers.slice(0, 1) }: Hall, person: number) =>
      servers[person % servers.length]?.port ?? 0;
    const seats = halls.map((hall): Seat => {
      const { room, sender } = hall;
      return { room, person: sender, port: portOf(hall, 0) };
    });
    const side = new Side(subject, halls, await SenderThread.open(seats));
    const places = halls.flatMap((hall) => {
      const copy = new RoomCopy(hall.room);
      side.#copies.push(copy);
      return hall.listeners.map((person, i) => ({ person, copy, port: portOf(hall, i) }));
    });
    await paced(places.length, async (number) => {
      const place = places[number];
      if (place === undefined) return;
      // Somebody may listen in several rooms, each time in another tab: the same one would end the first.
      const tab = `listener ${place.copy.room}`;
      await side.#crowd.join(place.port, place.person, tab, place.copy);
    });
    return side;
  }

  async window({ bursts, size, everyMs }: Omit<Schedule, "first">): Promise<Window> {
    const messages = bursts * size;
    const first = this.#number;
    this.#number += messages;
    const deliveries = messages * (this.#halls[0]?.listeners.length ?? 0);
    this.#crowd.reset();
    const before = this.#cpu();
    const sent = await this.#sender.run({ first, bursts, size, everyMs });
    await this.#crowd.expect(deliveries, deliveredWithinMs);
    await Bun.sleep(settleMs);
    const cpu = this.#cpu() - before;
    const faults = [
      ...this.#crowd.faults.splice(0),
      ...sent.faults,
      ...this.#compare(first, bursts, size, sent),
    ];
    const { acksMs, slipsMs } = sent;
    return { cpu, messages, deliveries, acksMs, slipsMs, deliveriesMs: this.#latencies(sent), faults };
  }

  #cpu(): number {
    return this.subject.servers.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
  }

  /** What is heard in several halls has the same seqs in each: only one hall's can be told. */
  #latencies({ seqs, dues }: Sent): number[] {
    if (this.#halls.length > 1) return [];
    const dueOf = new Map(seqs.map((seq, index) => [seq, dues[index] ?? Number.NaN]));
    return this.#crowd.arrivals.map(({ from, at }) => at - (dueOf.get(from) ?? Number.NaN));
  }

  /** What was heard, text by text, and what was acknowledged, against what was sent. */
  #compare(first: number, bursts: number, size: number, { seqs }: Sent): string[] {
    const faults: string[] = [];
    for (const [hall, copy] of this.#copies.entries()) {
      const wanted: string[] = [];
      const acked: number[] = [];
      for (let burst = hall; burst < bursts; burst += this.#halls.length) {
        for (let index = burst * size; index < (burst + 1) * size; index++) {
          wanted.push(textOf("m", first + index));
          acked.push(seqs[index] ?? 0);
        }
      }
      const heard = copy.texts();
      if (heard.length !== wanted.length || heard.some(({ text }, i) => text !== wanted[i])) {
        faults.push("what was heard isn't what was said");
      }
      if (heard.some(({ seq }, i) => seq !== acked[i])) faults.push("an ack named another seq");
    }
    return faults;
  }

  [Symbol.dispose](): void {
    this.#sender[Symbol.dispose]();
    this.#crowd.leave();
  }
}
