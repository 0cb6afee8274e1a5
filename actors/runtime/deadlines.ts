import { limits } from "../limits.ts";
import type { Caller } from "./caller.ts";
import { List } from "./list.ts";
import type { Platform } from "./platform.ts";

const tickMs = limits.askTickMs;

/** The deadlines of all asks of a system, on one timer. An ask that is answered costs two list operations. */
export class Deadlines {
  readonly #platform: Platform;
  /** By tick. As many as the longest timeout has ticks; emptied ones go when the timer fires. */
  readonly #slots = new Map<number, List<Caller<never>>>();
  #armedFor = Number.POSITIVE_INFINITY;
  #disarm: (() => void) | null = null;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  add(caller: Caller<never>, timeoutMs: number): void {
    const now = this.#platform.monotonic();
    const tick = Math.ceil((now + timeoutMs) / tickMs);
    let slot = this.#slots.get(tick);
    if (slot === undefined) {
      slot = new List();
      this.#slots.set(tick, slot);
    }
    slot.push(caller);
    caller.slot = slot;
    if (tick < this.#armedFor) this.#arm(tick, now);
  }

  /** For when every ask is settled. */
  stop(): void {
    this.#disarm?.();
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  #arm(tick: number, now: number): void {
    this.#disarm?.();
    this.#armedFor = tick;
    // Never zero: a timer that fires a rounding error early must not spin.
    this.#disarm = this.#platform.after(Math.max(1, tick * tickMs - now), () => this.#expire());
  }

  #expire(): void {
    const now = this.#platform.monotonic();
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.#disarm = null;
    let earliest = Number.POSITIVE_INFINITY;
    for (const [tick, slot] of this.#slots) {
      if (tick * tickMs <= now) for (let due = slot.first; due !== null; due = slot.first) due.expire();
      if (slot.size === 0) this.#slots.delete(tick);
      else earliest = Math.min(earliest, tick);
    }
    if (earliest < this.#armedFor) this.#arm(earliest, now);
  }
}
