import { limits } from "../limits.ts";

/** Why an ask has no reply: one closed union. Only `timeout`, `unknown` and `crashed` leave open whether it was done. */
export type FailureCode =
  /** The mailbox was full, or the deadline passed before a turn took the message. Nothing was done. */
  | "overloaded"
  /** The deadline passed while a turn had it. It may have been done. */
  | "timeout"
  /** The turn threw. What it kept only in memory is lost; the next incarnation starts from the log. */
  | "crashed"
  /** Another owner kept writing. Nothing was done here. */
  | "moved"
  /** It was being written, and nobody knows whether it was. */
  | "unknown"
  /** What the actor needs (log, store) refuses now. Nothing was done. */
  | "unavailable"
  /** The actor crashed too often and rests. Nothing was done. */
  | "quarantined"
  /** The system stops. Nothing was done. */
  | "stopped";

/** A value, never thrown. */
export interface Failure {
  failure: FailureCode;
  /** When asking again makes sense, ms. */
  retryAfterMs?: number;
}

export const overloaded: Failure = { failure: "overloaded", retryAfterMs: limits.overloadedRetryMs };
export const unavailable: Failure = { failure: "unavailable", retryAfterMs: limits.unavailableRetryMs };
export const stopped: Failure = { failure: "stopped", retryAfterMs: limits.unavailableRetryMs };

/**
 * Thrown by `start` or `turn`: the world failed, not the code. The incarnation ends and the next one waits for
 * the backoff, but it doesn't count towards quarantine: a log that is away for seconds must not cost 30 more.
 */
export class Interrupted extends Error {
  override name = "Interrupted";
}
