/** The SDK's only door to time, chance and scheduling: replace it and a seed replays everything. */
export interface ClientPlatform {
  /** Wall clock, ms since 1970. */
  now(): number;
  /** Runs once after `ms`; the returned function cancels. */
  after(ms: number, task: () => void): () => void;
  /** [0, 1), for jitter. */
  random(): number;
  /** Unguessable bytes, for cids and the device id. */
  bytes(count: number): Uint8Array;
}

export const realPlatform: ClientPlatform = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
};
