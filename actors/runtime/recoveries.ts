import { type Link, List } from "./list.ts";

export interface Recovering extends Link<Recovering> {
  /** Begins; calls `leave` exactly once when done. */
  recover(): void;
}

/** Caps how many actors start at once: after a crash of the node, thousands want the store in the same second. */
export class Recoveries {
  #free: number;
  #admitting = false;
  readonly #waiting = new List<Recovering>();

  constructor(max: number) {
    this.#free = max;
  }

  enter(cell: Recovering): void {
    this.#waiting.push(cell);
    this.#admit();
  }

  leave(): void {
    this.#free++;
    this.#admit();
  }

  /** A loop, not recursion: a start that finishes at once leaves while we admit. */
  #admit(): void {
    if (this.#admitting) return;
    this.#admitting = true;
    while (this.#free > 0) {
      const next = this.#waiting.shift();
      if (next === null) break;
      this.#free--;
      next.recover();
    }
    this.#admitting = false;
  }
}
