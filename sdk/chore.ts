import { asError } from "./error.ts";
import { retryBaseMs, retryCapMs } from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";

/** Full jitter (Brooker, "Exponential Backoff And Jitter"): spreads a storm evenly over the window. `leastMs`: what the other side asked for. */
export function jitter(platform: ClientPlatform, attempt: number, leastMs = 0): number {
  return Math.max(leastMs, platform.random() * Math.min(retryCapMs, retryBaseMs * 2 ** attempt));
}

/** A list in parts of at most so many. */
export function parts<T>(list: readonly T[], countMax: number): T[][] {
  const all: T[][] = [];
  for (let at = 0; at < list.length; at += countMax) all.push(list.slice(at, at + countMax));
  return all;
}

/**
 * Work that must get done some time: calls within the wait become one run, and a run that fails for now
 * is repeated with jitter.
 * @returns plans a run after so many ms, if none is planned; 0: now, whatever was planned
 */
export function chore(platform: ClientPlatform, work: () => unknown): (afterMs: number) => void {
  let cancel: (() => void) | null = null;
  let attempt = 0;

  async function run(): Promise<void> {
    cancel = null;
    try {
      await work();
      attempt = 0;
    } catch (thrown) {
      const { retryable, retryAfterMs } = asError(thrown);
      if (retryable) plan(jitter(platform, attempt++, retryAfterMs));
    }
  }

  function plan(afterMs: number): void {
    if (cancel && afterMs > 0) return;
    cancel?.();
    cancel = platform.after(afterMs, () => void run());
  }

  return plan;
}
