/**
 * Guessing passwords gets slower with each failure, and nobody is ever locked out: the budgets belong to
 * (account, address) and to the address, so that an attacker elsewhere can't spend the victim's.
 */
import { limits } from "../../actors/limits.ts";
import type { Attempts } from "../../actors/ports.ts";
import type { Refusal } from "../../actors/room/commands.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import type { Installation } from "./installation.ts";

export interface Slowing {
  /** Call before any work. A refusal, or the attempt whose outcome must be reported. */
  begin(name: string, address: string): Promise<{ error: Refusal } | Attempt>;
}

export interface Attempt {
  failed(): Promise<void>;
  succeeded(): Promise<void>;
}

export function createSlowing(attempts: Attempts, installation: Installation, platform: Platform): Slowing {
  // Hashed: a name field often holds a password typed into the wrong box.
  const keyOf = (...parts: string[]) => installation.mac("attempt", ...parts);

  async function waitOf(key: string, free: number, now: number): Promise<{ count: number; waitMs: number }> {
    const { count, lastAt } = await attempts.read(key, now, limits.loginWindowMs);
    return { count, waitMs: Math.max(0, lastAt + delayAfter(count, free) - now) };
  }

  return {
    async begin(name, address) {
      const now = platform.now();
      const pair = keyOf("pair", name, address);
      const whole = keyOf("address", address);
      const [one, all] = await Promise.all([
        waitOf(pair, limits.loginFreeFailures, now),
        waitOf(whole, limits.addressFreeFailures, now),
      ]);
      const waitMs = Math.max(one.waitMs, all.waitMs);
      if (waitMs > 0) return slower(waitMs);
      // Counted as a failure before the work: guesses sent side by side see each other's.
      const count = await attempts.fail(pair, now, limits.loginWindowMs);
      if (count > one.count + 1 && count > limits.loginFreeFailures) {
        return slower(delayAfter(count, limits.loginFreeFailures));
      }
      return {
        async failed() {
          await attempts.fail(whole, platform.now(), limits.loginWindowMs);
        },
        succeeded: () => attempts.clear(pair),
      };
    },
  };
}

/** 0 while failures are free, then 1 s, 2 s, 4 s … up to limits.loginDelayMaxMs. */
export function delayAfter(failures: number, free: number): number {
  return failures < free ? 0 : Math.min(1000 * 2 ** (failures - free), limits.loginDelayMaxMs);
}

function slower(retryAfterMs: number): { error: Refusal } {
  return { error: { code: "rate-limited", message: "too many failed attempts", retryAfterMs } };
}
