import type { Failure } from "./failure.ts";
import type { Link, List } from "./list.ts";

/** One ask that waits: for the first of reply, failure and deadline. Later ones change nothing. */
export class Caller<Reply> implements Link<Caller<Reply>> {
  prev: Caller<Reply> | null = null;
  next: Caller<Reply> | null = null;
  /** Where its deadline is kept; null once settled. */
  slot: List<Caller<Reply>> | null = null;
  readonly #resolve: (outcome: Reply | Failure) => void;
  readonly #expire: () => void;
  settled = false;

  /** @param expire called at the deadline; must settle */
  constructor(resolve: (outcome: Reply | Failure) => void, expire: () => void) {
    this.#resolve = resolve;
    this.#expire = expire;
  }

  settle(outcome: Reply | Failure): void {
    this.settled = true;
    this.slot?.remove(this);
    this.slot = null;
    this.#resolve(outcome);
  }

  expire(): void {
    this.#expire();
  }
}
