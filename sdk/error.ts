import type { ErrorCode } from "../actors/room/errors.ts";
import type { WireError } from "../src/protocol/frames.ts";

/** Every way in which a call fails. `retryable`: the same call may succeed later. */
export class StarlingError extends Error {
  override name = "StarlingError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  /** Input field that is wrong, dotted. */
  readonly field: string | undefined;
  /** The bound that was passed. */
  readonly bound: number | undefined;
  readonly retryAfterMs: number;
  /** The server's clock, where ours was the trouble. */
  readonly now: number | undefined;

  constructor({ code, message, retryable, field, bound, retryAfterMs = 0, now }: WireError) {
    super(message);
    this.code = code;
    this.retryable = retryable;
    this.field = field;
    this.bound = bound;
    this.retryAfterMs = retryAfterMs;
    this.now = now;
  }
}

/** A failure on this side. */
export function failure(code: ErrorCode, message: string, retryable = false): StarlingError {
  return new StarlingError({ code, message, retryable });
}

/** What anything thrown means to a caller. */
export function asError(thrown: unknown): StarlingError {
  return thrown instanceof StarlingError ? thrown : failure("internal", String(thrown), true);
}

/** The outcome of a request that nobody has to hear about. */
export function ignore(): void {}
