import { limits } from "../../../actors/limits.ts";
import type { Operation } from "./group.ts";
import { background } from "./operations.ts";

/** First in, first out; taking from the front of a long array would move all the rest. */
class Lane {
  #operations: Operation[] = [];
  #taken = 0;

  push(operation: Operation): void {
    this.#operations.push(operation);
  }

  take(): Operation | undefined {
    const operation = this.#operations[this.#taken];
    if (operation === undefined) return undefined;
    if (++this.#taken === this.#operations.length) {
      this.#operations = [];
      this.#taken = 0;
    }
    return operation;
  }

  get empty(): boolean {
    return this.#operations.length === 0;
  }
}

/** What waits for the writer. People wait for the first lane; the second catches up in between. */
export class Lanes {
  #urgent = new Lane();
  #background = new Lane();
  #urgentTurn = false;
  #now: () => number;

  /** @param now a clock in ms that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  push(operation: Operation): void {
    const waits = (background as ReadonlySet<string>).has(operation.name);
    (waits ? this.#background : this.#urgent).push(operation);
  }

  get empty(): boolean {
    return this.#urgent.empty && this.#background.empty;
  }

  /**
   * The next group. When both lanes wait they take turns: no append shares its commit with a backlog, none waits
   * for more than one slice of it, and the backlog gets on.
   */
  *group(): Generator<Operation, void, void> {
    this.#urgentTurn = !this.#urgent.empty && (this.#background.empty || !this.#urgentTurn);
    const lane = this.#urgentTurn ? this.#urgent : this.#background;
    const until = this.#now() + (this.#urgentTurn ? limits.groupMs : limits.groupBackgroundMs);
    do {
      const operation = lane.take();
      if (operation === undefined) return;
      yield operation;
    } while (this.#now() < until);
  }
}
