/** The frame that answers a request. */

import type { Refusal } from "../../actors/room/commands.ts";
import { errors } from "../../actors/room/errors.ts";
import type { Result } from "../operations/operation.ts";
import type { WireError } from "../protocol/frames.ts";

export function wireError(refusal: Refusal): WireError {
  return { ...refusal, retryable: errors[refusal.code].retryable };
}

export function replyOf(id: number | string, result: Result<unknown>): string {
  return "ok" in result
    ? JSON.stringify({ re: id, ok: result.ok })
    : JSON.stringify({ re: id, error: wireError(result.error) });
}
