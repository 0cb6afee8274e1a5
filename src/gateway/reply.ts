/** The frame that answers a request. */
import type { Result } from "../operations/operation.ts";
import { wireErrorOf } from "../protocol/error.ts";

export function replyOf(id: number | string, result: Result<unknown>): string {
  return "ok" in result
    ? JSON.stringify({ re: id, ok: result.ok })
    : JSON.stringify({ re: id, error: wireErrorOf(result.error) });
}
