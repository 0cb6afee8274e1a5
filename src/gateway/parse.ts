/** From text to a frame: parse at the edge, trust inside. */
import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import type { RoomId } from "../../actors/ports.ts";
import type { Cursor } from "../../actors/room/events.ts";
import { utf8Length } from "../../actors/room/utf8.ts";
import { id } from "../operations/fields.ts";
import { invalidBy, schemaConfig } from "../operations/invalid.ts";
import { parseJson } from "../protocol/json.ts";

export type Incoming =
  | { t: "hello"; token?: string | undefined; tab: string }
  | { t: "renew"; token: string }
  | { t: "resume"; n: number; rooms: Record<RoomId, Cursor | null> }
  | { t: "sync"; rooms: Record<RoomId, Cursor> }
  | { t: "pong" }
  | { t: "request"; id?: number | string | undefined; op: string; in?: unknown };

/** What breaks the rules of the protocol: for the close frame, so it names fields and bounds and no values. */
export interface Fault {
  fault: string;
}

const tooLarge: Fault = { fault: `a frame holds at most ${limits.frameBytesMax} bytes` };

const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const cursor = v.pipe(
  v.strictTuple([v.pipe(v.string(), v.maxLength(32)), seq]),
  v.transform(([epoch, at]): Cursor => [epoch, at]),
);
const token = v.pipe(v.string(), v.maxLength(limits.helloBytesMax));

/** At most resumeRoomsMax, counted before anything else is looked at. */
function rooms<Value extends v.GenericSchema>(value: Value) {
  const few = `must be an object of at most ${limits.resumeRoomsMax} rooms`;
  return v.pipe(v.custom<object>(isSmall, few), v.record(id, value));
}

function isSmall(input: unknown): boolean {
  return input !== null && typeof input === "object" && Object.keys(input).length <= limits.resumeRoomsMax;
}

const frame = v.variant("t", [
  v.strictObject({
    t: v.literal("hello"),
    token: v.optional(token),
    tab: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  }),
  v.strictObject({ t: v.literal("renew"), token }),
  v.strictObject({ t: v.literal("resume"), n: seq, rooms: rooms(v.nullable(cursor)) }),
  v.strictObject({ t: v.literal("sync"), rooms: rooms(cursor) }),
  v.strictObject({ t: v.literal("pong") }),
]);
const parseNamed = v.safeParser(frame, schemaConfig);

const request = v.strictObject({
  id: v.optional(v.union([v.pipe(v.number(), v.finite()), v.pipe(v.string(), v.maxLength(64))])),
  op: v.pipe(v.string(), v.maxLength(64)),
  in: v.optional(v.unknown()),
});
const parseRequest = v.safeParser(request, schemaConfig);

export function parseFrame(text: string): Incoming | Fault {
  // A string is at least as long in bytes as in units: the cheap check comes first.
  if (text.length > limits.frameBytesMax) return tooLarge;
  if (text.length * 3 > limits.frameBytesMax && utf8Length(text) > limits.frameBytesMax) return tooLarge;
  const parsed = parseJson(text);
  return parsed === null ? { fault: "not JSON, or nested too deeply" } : shaped(parsed.value);
}

function shaped(value: unknown): Incoming | Fault {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return { fault: "a frame is a JSON object" };
  }
  if ("t" in value) {
    const parsed = parseNamed(value);
    return parsed.success ? parsed.output : { fault: invalidBy(parsed.issues[0]).message };
  }
  const parsed = parseRequest(value);
  return parsed.success ? { t: "request", ...parsed.output } : { fault: invalidBy(parsed.issues[0]).message };
}
