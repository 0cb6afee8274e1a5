import type { Restart } from "./behavior.ts";
import type { Platform } from "./platform.ts";

/** What is remembered of an actor's failed incarnations. Most actors never have one. */
export class Setbacks {
  readonly #platform: Platform;
  readonly #restart: Restart;
  #inARow = 0;
  /** Monotonic times of the crashes within the window. */
  #crashes: number[] = [];
  #quarantinedUntil = 0;
  #cancel: (() => void) | null = null;

  constructor(platform: Platform, restart: Restart) {
    this.#platform = platform;
    this.#restart = restart;
  }

  /** A good turn: the next failure waits the shortest time again. */
  recovered(): void {
    this.#inARow = 0;
  }

  /** @returns whether that makes too many in the window */
  crashed(): boolean {
    const now = this.#platform.monotonic();
    this.#crashes = this.#crashes.filter((at) => at > now - this.#restart.windowMs);
    this.#crashes.push(now);
    return this.#crashes.length > this.#restart.max;
  }

  /** Half of the delay is chance: what failed together doesn't come back together. */
  backOff(then: () => void): void {
    const { delayMs, delayMaxMs } = this.#restart;
    const delay = Math.min(delayMaxMs, delayMs * 2 ** this.#inARow++) * (0.5 + this.#platform.random() / 2);
    this.#cancel = this.#platform.after(delay, then);
  }

  endBackoff(): void {
    this.#cancel?.();
  }

  quarantine(ms: number): void {
    this.#inARow = 0;
    this.#quarantinedUntil = this.#platform.monotonic() + ms;
  }

  /** @returns ms; 0 or less when it is over */
  get quarantineLeft(): number {
    return this.#quarantinedUntil - this.#platform.monotonic();
  }
}
