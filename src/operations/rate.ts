/** How fast one user, with all their devices, (or, before signing in, one address) may ask. */
import { limits } from "../../actors/limits.ts";
import type { RateClass } from "./operation.ts";

export interface Rate {
  /** Requests per second in the long run. */
  perSecond: number;
  /** Requests that may come at once after a pause. */
  burst: number;
}

/** null: not limited. `resume` and `renew` are frames: src/gateway/pace.ts. */
export type Rates = Record<RateClass | "resume" | "renew", Rate | null>;

export const defaultRates: Rates = {
  write: { perSecond: 20, burst: 40 },
  // Two devices that come back to a thousand rooms each ask for all their summaries at once.
  read: { perSecond: 50, burst: 200 },
  // Idempotent notes, coalesced where they arrive. A resume sends one for each room.
  cheap: { perSecond: 200, burst: 2 * limits.resumeRoomsMax },
  // Hashing bounds these too; failures have their own slowing (src/auth/slowing.ts).
  auth: { perSecond: 10, burst: 100 },
  // Each costs a hash whoever asks, and an account for ever: a class signs up at once, then one in two seconds.
  register: { perSecond: 0.5, burst: 50 },
  // A refused retry leaves a record for good, also of a stranger's. Who comes back after a night offline has a few rooms
  // with something unsent; the rest waits for its retryAfterMs.
  retry: { perSecond: 1, burst: 30 },
  // Rooms, and slices of their events. A device that comes back to all its rooms takes two thirds of it at once at most, unless it
  // was away for long; what is above waits, and isn't refused.
  resume: { perSecond: 200, burst: 3 * limits.resumeRoomsMax },
  // Each of a session's tabs, at once.
  renew: { perSecond: 1, burst: limits.connectionsPerSessionMax },
};

/** For benchmarks and replays. */
export const ratesOff: Rates = {
  ...{ write: null, read: null, cheap: null, auth: null, register: null, retry: null },
  ...{ resume: null, renew: null },
};

/** Takes a request of `key`, which counts as `cost` (default 1) of them; returns 0, or the ms to wait. */
export type Limiter = (key: string, now: number, cost?: number) => number;

/**
 * GCRA (ITU-T I.371): per key one number, the time at which its bucket will be empty. In any window of t
 * seconds at most burst + perSecond · t requests pass. One that costs more than a burst waits for a full one.
 */
export function createLimiter({ perSecond, burst }: Rate, keysMax: number): Limiter {
  const costMs = 1000 / perSecond;
  const burstMs = costMs * burst;
  const emptyAt = new Map<string, number>();

  function forget(now: number): void {
    for (const [key, at] of emptyAt) if (at <= now) emptyAt.delete(key);
    // All busy: the longest known loses its memory, which gives it one more burst.
    for (const key of emptyAt.keys()) {
      if (emptyAt.size < keysMax) return;
      emptyAt.delete(key);
    }
  }

  return (key, now, cost = 1) => {
    const at = Math.max(emptyAt.get(key) ?? now, now) + costMs * Math.min(cost, burst);
    // Sums of fractions: a nanosecond too late is in time.
    if (at - now > burstMs + 1e-6) return Math.ceil(at - now - burstMs);
    if (emptyAt.size >= keysMax && !emptyAt.has(key)) forget(now);
    emptyAt.set(key, at);
    return 0;
  };
}
