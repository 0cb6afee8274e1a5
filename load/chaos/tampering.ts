/** NATS that doubles, swaps and loses what it delivers: core NATS may lose, and a client must not mind the others. */
import type { Chance } from "../kit/chance.ts";
import type { Direction, LinkOptions, Tamper } from "../kit/tcp-link.ts";
import { type NatsFrame, NatsFrames } from "./nats-frames.ts";

/** How often each happens to a live record or a message of the bus; the rest passes as it is. */
const often = { double: 0.1, lose: 0.1, swap: 0.1 } as const;
/** An append without its answer costs its room some seconds. */
const ackLost = 0.01;

export class Tampering implements LinkOptions {
  on = false;
  readonly counts = { doubled: 0, lost: 0, swapped: 0, acksLost: 0 };
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  tamper = (direction: Direction): Tamper | null => {
    if (direction === "up") return null;
    const frames = new NatsFrames();
    let held: Buffer | null = null;
    return (bytes) => {
      const out: Buffer[] = [];
      for (const frame of frames.push(bytes)) {
        const fate = this.on ? this.#fateOf(frame) : "pass";
        if (fate === "swap" && held === null) {
          held = frame.bytes;
          continue;
        }
        if (fate !== "lose") out.push(frame.bytes);
        if (fate === "double") out.push(frame.bytes);
        if (held !== null) out.push(held);
        held = null;
      }
      return Buffer.concat(out);
    };
  };

  #fateOf({ subject, bytes }: NatsFrame): "pass" | "double" | "lose" | "swap" {
    if (subject === null) return "pass";
    if (subject.startsWith("_INBOX.")) {
      const isAck = bytes.includes('"stream":"LOG_') && bytes.includes('"seq":');
      if (!isAck || !this.#chance.happens(ackLost)) return "pass";
      this.counts.acksLost++;
      return "lose";
    }
    const dice = this.#chance.next();
    if (dice < often.double) {
      this.counts.doubled++;
      return "double";
    }
    // What the bus carries and nobody repeats isn't lost here: a lost command is a timeout, which other faults bring.
    if (!subject.startsWith("live.")) return "pass";
    if (dice < often.double + often.lose) {
      this.counts.lost++;
      return "lose";
    }
    if (dice >= often.double + often.lose + often.swap) return "pass";
    this.counts.swapped++;
    return "swap";
  }
}
