/** One of the two that are compared, with its rooms full of listeners and its sender, and one measured window on it. */
import { cpuSeconds } from "../kit/proc.ts";
import { Crowd, RoomCopy } from "./crowd.ts";
import { paced } from "./enter.ts";
import type { Person } from "./people.ts";
import type { Schedule, Seat, Sent } from "./sender.ts";
import { SenderThread } from "./sender-thread.ts";
import type { Subject } from "./subject.ts";
import { textOf } from "./texts.ts";

export interface Hall {
  room: string;
  sender: Person;
  listeners: readonly Person[];
}

export interface Window {
  /** CPU seconds of the server process, all threads, from before the first send until its work was done. */
  cpu: number;
  messages: number;
  deliveries: number;
  acksMs: number[];
  slipsMs: number[];
  /** Anything lost, doubled, out of order or altered: then no figure of this window counts. */
  faults: string[];
}

const deliveredWithinMs = 10_000;
/** What a server puts off (its documents) is counted too. */
const settleMs = 300;

export class Side implements Disposable {
  readonly subject: Subject;
  readonly #halls: readonly Hall[];
  readonly #crowd = new Crowd();
  readonly #copies: RoomCopy[] = [];
  readonly #sender: SenderThread;
  #number = 0;

  private constructor(subject: Subject, halls: readonly Hall[], sender: SenderThread) {
    this.subject = subject;
    this.#halls = halls;
    this.#sender = sender;
  }

  static async open(subject: Subject, halls: readonly Hall[]): Promise<Side> {
    const { port } = subject.server;
    const seats = halls.map(({ room, sender }): Seat => ({ room, person: sender }));
    const side = new Side(subject, halls, await SenderThread.open(port, seats));
    const places = halls.flatMap(({ room, listeners }) => {
      const copy = new RoomCopy(room);
      side.#copies.push(copy);
      return listeners.map((person) => ({ person, copy }));
    });
    await paced(places.length, async (number) => {
      const place = places[number];
      if (place !== undefined) await side.#crowd.join(port, place.person, "listener", place.copy);
    });
    return side;
  }

  async window({ bursts, size, everyMs }: Omit<Schedule, "first">): Promise<Window> {
    const messages = bursts * size;
    const first = this.#number;
    this.#number += messages;
    const deliveries = messages * (this.#halls[0]?.listeners.length ?? 0);
    this.#crowd.reset();
    const { pid } = this.subject.server;
    const before = cpuSeconds(pid);
    const sent = await this.#sender.run({ first, bursts, size, everyMs });
    await this.#crowd.expect(deliveries, deliveredWithinMs);
    await Bun.sleep(settleMs);
    const cpu = cpuSeconds(pid) - before;
    const faults = [
      ...this.#crowd.faults.splice(0),
      ...sent.faults,
      ...this.#compare(first, bursts, size, sent),
    ];
    return { cpu, messages, deliveries, acksMs: sent.acksMs, slipsMs: sent.slipsMs, faults };
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
