/** The only door to time, chance and scheduling: replace it and a seed replays everything. */
export interface Platform {
  /** Wall clock, ms since 1970. May jump. */
  now(): number;
  /** Never goes back, ms. For limits and durations. */
  monotonic(): number;
  /** Runs after the current turn of the event loop's work; never a microtask (it would starve the loop). */
  soon(task: () => void): void;
  /** Runs once after `ms`; the returned function cancels. */
  after(ms: number, task: () => void): () => void;
  /** [0, 1) */
  random(): number;
  /** 128 bit, base58, 22 characters; unguessable on the real platform. */
  id(): string;
}
