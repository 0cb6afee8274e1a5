/** Refusals are values. The words come from the one table of errors. */
import type { Refusal } from "./commands.ts";
import { type ErrorCode, errors } from "./errors.ts";

export function refuse(code: ErrorCode, detail: Omit<Refusal, "code" | "message"> = {}): Refusal {
  return { code, message: errors[code].says, ...detail };
}

export function refuseField(field: string, message: string, bound?: number): Refusal {
  return { code: "invalid", message, field, ...(bound === undefined ? {} : { bound }) };
}
