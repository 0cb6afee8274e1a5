/**
 * Asks the same question every two seconds and knows whether somebody answers. Counted in beats of its own, not in time: a
 * process that was frozen asks before it judges.
 */

import { limits } from "../../actors/limits.ts";
import type { Log, RoomId } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { every } from "../waiting.ts";

export interface PulseOptions {
  platform: Platform;
  ask: () => Promise<unknown>;
  /** No answer for limits.cutOffMs. Default: nobody needs to know. */
  lost?: () => void;
  /** An answer after that. */
  found?: () => void;
}

/** Beats without answer that are no reason to worry: one is on its way. */
const quietMax = 3;
const lostAfter = limits.cutOffMs / limits.pulseMs;

export class Pulse {
  readonly #options: PulseOptions;
  /** Before the first answer nothing is known. */
  #silent: number = quietMax;
  #cancel: () => void = () => {};

  constructor(options: PulseOptions) {
    this.#options = options;
  }

  get answers(): boolean {
    return this.#silent < quietMax;
  }

  get isLost(): boolean {
    return this.#silent >= lostAfter;
  }

  start(): void {
    this.#ask();
    this.#cancel = every(this.#options.platform, limits.pulseMs, () => {
      this.#silent++;
      if (this.#silent === lostAfter) this.#options.lost?.();
      this.#ask();
    });
  }

  stop(): void {
    this.#cancel();
  }

  #ask(): void {
    this.#options.ask().then(
      () => this.#answered(),
      // Silence is counted, whatever its reason.
      () => {},
    );
  }

  #answered(): void {
    const wasLost = this.isLost;
    this.#silent = 0;
    if (wasLost) this.#options.found?.();
  }
}

/** A room id in each stream, of rooms that nobody has: to ask every stream's leader at once. */
export function probesOf(log: Log): RoomId[] {
  const probes = new Map<number, RoomId>();
  for (let i = 0; probes.size < log.streams; i++) {
    const id = String(i).replaceAll("0", "z").padStart(22, "1");
    const stream = log.streamOf(id);
    if (!probes.has(stream)) probes.set(stream, id);
  }
  return [...probes.values()];
}
