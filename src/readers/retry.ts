/** What a reader tries again, and when. */
import { Unavailable, UnknownOutcome } from "../../actors/ports.ts";

const retryMs = 250;
const retryMaxMs = 10_000;

/** The store, not the record. */
export function isAway(error: unknown): boolean {
  return error instanceof Unavailable || error instanceof UnknownOutcome;
}

export function delayAfter(failures: number): number {
  return Math.min(retryMaxMs, retryMs * 2 ** Math.min(failures, 10));
}
