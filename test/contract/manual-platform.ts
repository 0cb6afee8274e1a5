import type { Platform } from "../../actors/runtime/platform.ts";

/** Real turns of the event loop, but a clock that only moves when a test moves it. */
export class ManualPlatform implements Platform {
  #now = 1_700_000_000_000;
  #ids = 0;
  #timers = new Set<{ at: number; task: () => void }>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  soon(task: () => void): void {
    setImmediate(task);
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#now + ms, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  random(): number {
    return 0.5;
  }

  id(): string {
    return String(++this.#ids).padStart(22, "1");
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers) {
      if (timer.at > this.#now) continue;
      this.#timers.delete(timer);
      timer.task();
    }
  }
}
