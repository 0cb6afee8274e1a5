/** A refusal as clients get it, over sockets and HTTP alike. */
import type { Refusal } from "../../actors/room/commands.ts";
import { errors } from "../../actors/room/errors.ts";
import type { WireError } from "./frames.ts";

/** Field by field, so that nothing else can ride along. */
export function wireErrorOf({ code, message, field, bound, retryAfterMs, now }: Refusal): WireError {
  return {
    code,
    message,
    retryable: errors[code].retryable,
    ...(field !== undefined && { field }),
    ...(bound !== undefined && { bound }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(now !== undefined && { now }),
  };
}
