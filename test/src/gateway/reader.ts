/** One connection at the end of a feed: it keeps what it was sent. */
import type { Receiver } from "../../../src/gateway/attach.ts";

interface Frame {
  t: string;
  from: number;
  to?: number;
  events?: { seq?: number; void?: [number, number]; kind?: string; text?: string; cid?: string }[];
}

export class Reader implements Receiver {
  readonly user: string;
  readonly connection: string;
  readonly frames: string[] = [];
  readonly ends: string[] = [];

  constructor(user: string, connection = `${user}'s`) {
    this.user = user;
    this.connection = connection;
  }

  push(frame: string): void {
    this.frames.push(frame);
  }

  ready(): null {
    return null;
  }

  detached(_room: string, why: "left" | "slow"): void {
    this.ends.push(why);
  }

  /** Every frame but events. */
  get others(): object[] {
    return this.#parsed().filter(({ t }) => t !== "events");
  }

  get entries(): NonNullable<Frame["events"]> {
    return this.#parsed().flatMap(({ events }) => events ?? []);
  }

  /** What each entry closes, in order: seqs, and runs that are void. */
  get seqs(): (number | [number, number])[] {
    return this.entries.map((entry) => entry.void ?? entry.seq ?? 0);
  }

  #parsed(): Frame[] {
    return this.frames.map((frame) => JSON.parse(frame) as Frame);
  }
}
