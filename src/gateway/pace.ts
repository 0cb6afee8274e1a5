/** Budgets of the frames that aren't operations: how fast a user brings rooms up to date, and a session renews. */
import { limits } from "../../actors/limits.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { createLimiter, type Rates } from "../operations/rate.ts";
import { pause } from "../waiting.ts";

export interface Pace {
  /** Resolves when this user's budget has so much for it: rooms, and slices of their events. null: now. */
  resume(user: string, cost: number): Promise<void> | null;
  /** Whether this session may. */
  renew(session: string): boolean;
}

export function createPace(platform: Platform, rates: Pick<Rates, "resume" | "renew">): Pace {
  const [resumes, renewals] = [rates.resume, rates.renew].map(
    (rate) => rate && createLimiter(rate, limits.rateKeysMax),
  );
  const waitOf = (user: string, cost: number) => resumes?.(user, platform.monotonic(), cost) ?? 0;

  async function wait(user: string, cost: number, firstMs: number): Promise<void> {
    // Another device of the user may have taken it meanwhile.
    for (let ms = firstMs; ms > 0; ms = waitOf(user, cost)) await pause(platform, ms);
  }

  return {
    resume(user, cost) {
      const ms = waitOf(user, cost);
      return ms === 0 ? null : wait(user, cost, ms);
    },
    renew: (session) => (renewals?.(session, platform.monotonic()) ?? 0) === 0,
  };
}
