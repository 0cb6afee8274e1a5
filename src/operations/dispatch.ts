/** The one door to every operation, whoever carries the request: who may, is it well-formed, how fast, do it. */
import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import type { Refusal } from "../../actors/room/commands.ts";
import { refuse } from "../../actors/room/refusals.ts";
import type { AnyOperation } from "./catalogue.ts";
import { refusalOf } from "./fault.ts";
import { invalid, invalidBy, schemaConfig } from "./invalid.ts";
import type { Call, Caller, RateClass, Result } from "./operation.ts";
import { createLimiter, type Limiter, type Rates } from "./rate.ts";
import type { Services } from "./services.ts";

/** `input` is what came off the wire, parsed as JSON. Never throws. */
export type Dispatch = (name: string, input: unknown, call: Call) => Promise<Result<unknown>>;

export interface DispatchWatch {
  /** A request was refused for its rate. */
  limited?(rate: RateClass): void;
  /** A handler threw something that isn't an answer. */
  fault?(operation: string, error: unknown): void;
}

export function createDispatcher(
  services: Services,
  catalogue: readonly AnyOperation[],
  rates: Rates,
  watch: DispatchWatch = {},
): Dispatch {
  const operations = new Map(catalogue.map((operation) => [operation.name, operation]));
  const limiters = new Map<RateClass, Limiter>();
  for (const rate of ["write", "read", "cheap", "auth", "register", "retry"] as const) {
    const bound = rates[rate];
    if (bound) limiters.set(rate, createLimiter(bound, limits.rateKeysMax));
  }

  /** null: this caller may not. */
  function handlerFor(operation: AnyOperation, call: Call) {
    if (operation.who === "anyone") return (input: unknown) => operation.handle(services, call, input);
    return isSignedIn(call) ? (input: unknown) => operation.handle(services, call, input) : null;
  }

  function tooFast(rate: RateClass, call: Call, cost = 1): Refusal | null {
    // Not by session: who has twenty would have twenty budgets.
    const user = rate === "auth" || rate === "register" ? undefined : call.caller?.user;
    const wait = limiters.get(rate)?.(user ?? call.address, services.platform.monotonic(), cost) ?? 0;
    if (wait === 0) return null;
    watch.limited?.(rate);
    return refuse("rate-limited", { retryAfterMs: wait });
  }

  /** A retry in a room that isn't live here: the only commands by which strangers write. A member's are no more than writes. */
  function retriesBlindly(input: unknown, { connection }: Call): boolean {
    const { again, room } = input as { again?: unknown; room?: unknown };
    if (again !== true) return false;
    return connection === null || typeof room !== "string" || services.live.seqOf(connection, room) === null;
  }

  return async (name, raw, call) => {
    const operation = operations.get(name);
    if (!operation) return { error: { ...refuse("not-found"), message: "there is no such operation" } };
    const handle = handlerFor(operation, call);
    if (!handle) return { error: refuse("unauthorized") };
    const slow = tooFast(operation.rate, call);
    if (slow) return { error: slow };
    // Valibot takes a list for an object without required fields.
    if (Array.isArray(raw)) return { error: invalid(null, "must be an object") };
    const input = v.safeParse(operation.input, raw ?? {}, schemaConfig);
    if (!input.success) return { error: invalidBy(input.issues[0]) };
    // The first was taken before anybody looked at the input.
    const rest = (operation.cost?.(input.output) ?? 1) - 1;
    const tooMuch = rest > 0 ? tooFast(operation.rate, call, rest) : null;
    if (tooMuch) return { error: tooMuch };
    const slowRetry = retriesBlindly(input.output, call) ? tooFast("retry", call) : null;
    if (slowRetry) return { error: slowRetry };
    try {
      const result = await handle(input.output);
      // An allow-list: fields that the output schema doesn't name stay here.
      return "ok" in result ? { ok: v.parse(operation.output, result.ok) } : result;
    } catch (error) {
      return { error: refusalOf(error, () => watch.fault?.(name, error)) };
    }
  };
}

function isSignedIn(call: Call): call is Call & { caller: Caller } {
  return call.caller !== null;
}
