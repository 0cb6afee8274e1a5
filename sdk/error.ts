import type { ErrorCode } from "../actors/room/errors.ts";
import type { WireError } from "../src/protocol/frames.ts";

/** Every way in which a call fails. `retryable`: the same call may succeed later. */
export class StarlingError extends Error {
  override name = "StarlingError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  /** Input field that is wrong, dotted. */
  readonly field: string | null;
  /** The bound that was passed. */
  readonly bound: number | null;
  readonly retryAfterMs: number;
  /** The server's clock, where ours was the trouble. */
  readonly now: number | null;

  constructor(error: WireError) {
    super(error.message);
    this.code = error.code;
    this.retryable = error.retryable;
    this.field = error.field ?? null;
    this.bound = error.bound ?? null;
    this.retryAfterMs = error.retryAfterMs ?? 0;
    this.now = error.now ?? null;
  }
}

export function failure(code: ErrorCode, message: string, retryable = false): StarlingError {
  return new StarlingError({ code, message, retryable });
}

/** What anything thrown means to a caller. */
export function asError(thrown: unknown): StarlingError {
  return thrown instanceof StarlingError ? thrown : failure("internal", String(thrown), true);
}
