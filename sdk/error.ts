import type { ErrorCode } from "../actors/room/errors.ts";
import type { WireError } from "../src/protocol/frames.ts";

/** Every way in which a call fails. */
export class StarlingError extends Error {
  declare readonly code: ErrorCode;
  /** The same call may succeed later. */
  declare readonly retryable: boolean;
  /** Input field that is wrong, dotted. */
  declare readonly field?: string;
  /** The bound that was passed. */
  declare readonly bound?: number;
  declare readonly retryAfterMs?: number;
  /** The server's clock, where ours was the trouble. */
  declare readonly now?: number;

  constructor(error: WireError) {
    super(error.message);
    Object.assign(this, error, { name: "StarlingError" });
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
