/**
 * A capability of Starling, written once. From it come the WebSocket request, the HTTP route, the OpenAPI
 * document, the SDK's types and the rows of the authorization matrix.
 */
import type * as v from "valibot";
import type { ConnectionId, Millis, SessionId, UserId } from "../../actors/ports.ts";
import type { Refusal } from "../../actors/room/commands.ts";
import type { Services } from "./services.ts";

export interface Caller {
  user: UserId;
  session: SessionId;
  /** When the access token ends. */
  expiresAt: Millis;
}

/** Who asks, and from where. */
export interface Call {
  caller: Caller | null;
  /** null over HTTP. */
  connection: ConnectionId | null;
  /** The client's place, as far as it can be trusted (src/http/client-address.ts); for slowing attempts. */
  address: string;
}

export type Result<T> = { ok: T } | { error: Refusal };

/**
 * Which budget of its caller a request takes from. cheap: idempotent notes that no read follows; auth and register: per
 * address, and failed logins are slowed besides; retry: what may leave a record for ever, although nothing comes of it.
 */
export type RateClass = "write" | "read" | "cheap" | "auth" | "register" | "retry";

export interface Operation<Name extends string, In extends v.GenericSchema, Out extends v.GenericSchema> {
  /** `noun.verb` */
  name: Name;
  summary: string;
  /** Any signed-in user. Finer rules (roles) are the room's, see actors/room/permissions.ts. */
  who: "session";
  /** One line of policy for documents and the matrix. */
  policy: string;
  http: { method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"; path: `/v1/${string}` };
  rate: RateClass;
  /** How many requests it counts as, for one that names many things. Default 1. */
  cost?(input: v.InferOutput<In>): number;
  input: In;
  output: Out;
  handle(
    services: Services,
    call: Call & { caller: Caller },
    input: v.InferOutput<In>,
  ): Promise<Result<v.InferOutput<Out>>>;
}

/** No token needed: `caller` may be null. */
export interface OpenOperation<Name extends string, In extends v.GenericSchema, Out extends v.GenericSchema>
  extends Omit<Operation<Name, In, Out>, "who" | "handle"> {
  who: "anyone";
  handle(services: Services, call: Call, input: v.InferOutput<In>): Promise<Result<v.InferOutput<Out>>>;
}

/** Keeps the literal name and the schemas' types. */
export function operation<Name extends string, In extends v.GenericSchema, Out extends v.GenericSchema>(
  definition: Operation<Name, In, Out>,
): Operation<Name, In, Out> {
  return definition;
}

export function openOperation<Name extends string, In extends v.GenericSchema, Out extends v.GenericSchema>(
  definition: OpenOperation<Name, In, Out>,
): OpenOperation<Name, In, Out> {
  return definition;
}
