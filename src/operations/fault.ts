/** What handlers throw: two things are answers (DESIGN §4), everything else is a fault of ours. */
import { limits } from "../../actors/limits.ts";
import { Unavailable, UnknownOutcome } from "../../actors/ports.ts";
import type { Refusal } from "../../actors/room/commands.ts";
import { refuse } from "../../actors/room/refusals.ts";

/** @param fault called when it is one, to log it */
export function refusalOf(error: unknown, fault: () => void): Refusal {
  if (error instanceof Unavailable) {
    return refuse("unavailable", { retryAfterMs: limits.unavailableRetryMs });
  }
  if (error instanceof UnknownOutcome) return refuse("unknown");
  fault();
  return refuse("internal");
}

/** One JSON line with the kind of the error and where it arose. Never its message: that may quote content. */
export function logFault(where: string, error: unknown): void {
  console.error(JSON.stringify(lineOf(where, error)));
}

/** That a service is away is no fault of ours: where we stood when we noticed says nothing, and is said again and again. */
export function lineOf(where: string, error: unknown): Record<string, unknown> {
  return error instanceof Unavailable || error instanceof UnknownOutcome
    ? { level: "warn", msg: "unavailable", where, error: error.name }
    : { level: "error", msg: "fault", where, ...describe(error) };
}

/** @param what names streams and nothing else */
export function logLoss(what: string): void {
  console.error(JSON.stringify({ level: "error", msg: "log lost", what }));
}

export function describe(error: unknown): { error: string; stack: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, stack: [] };
  const { name, message, stack = "" } = error;
  const frames = stack.slice(stack.indexOf(message) + message.length).split("\n");
  return {
    error: name,
    stack: frames.map((frame) => frame.trim()).filter((frame) => frame.startsWith("at ")),
  };
}
