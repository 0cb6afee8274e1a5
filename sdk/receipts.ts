/** Others' watermarks in one room, merged as maxima. */
import type { Seq, UserId } from "../actors/ports.ts";
import type { SendStatus } from "./api.ts";

export interface Receipt {
  user: UserId;
  delivered: Seq;
  read: Seq;
}

export type Mark = [user: UserId, delivered: Seq, read: Seq];

export class Receipts {
  #all: readonly Receipt[] = [];

  /** The same array until something rose. */
  get all(): readonly Receipt[] {
    return this.#all;
  }

  merge(marks: readonly Mark[], me: UserId): void {
    const known = new Map(this.#all.map((receipt) => [receipt.user, receipt]));
    for (const [user, delivered, read] of marks) {
      if (user === me) continue;
      const old = known.get(user) ?? { delivered: 0, read: 0 };
      known.set(user, {
        user,
        delivered: Math.max(delivered, read, old.delivered),
        read: Math.max(read, old.read),
      });
    }
    this.#all = [...known.values()];
  }

  counts(seq: Seq): { delivered: number; read: number } {
    return {
      delivered: this.#all.filter((receipt) => receipt.delivered >= seq).length,
      read: this.#all.filter((receipt) => receipt.read >= seq).length,
    };
  }

  /** What the sender of a post may say of it: at least one other has it, or has read it. */
  status(seq: Seq): SendStatus {
    const { delivered, read } = this.counts(seq);
    return read > 0 ? "read" : delivered > 0 ? "delivered" : "stored";
  }
}
