/** From text to a frame: parse at the edge, trust inside. null means that the frame breaks the rules of the protocol. */
import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import type { RoomId } from "../../actors/ports.ts";
import type { Cursor } from "../../actors/room/events.ts";
import { utf8Length } from "../../actors/room/utf8.ts";
import { id } from "../operations/fields.ts";
import { parseJson } from "../protocol/json.ts";

export type Incoming =
  | { t: "hello"; token?: string | undefined; tab: string }
  | { t: "renew"; token: string }
  | { t: "resume"; n: number; rooms: Record<RoomId, Cursor | null> }
  | { t: "sync"; rooms: Record<RoomId, Cursor> }
  | { t: "pong" }
  | { t: "request"; id?: number | string | undefined; op: string; in?: unknown };

const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const cursor = v.pipe(
  v.strictTuple([v.pipe(v.string(), v.maxLength(32)), seq]),
  v.transform(([epoch, at]): Cursor => [epoch, at]),
);
const token = v.pipe(v.string(), v.maxLength(limits.helloBytesMax));

/** At most resumeRoomsMax, counted before anything else is looked at. */
function rooms<Value extends v.GenericSchema>(value: Value) {
  return v.pipe(v.custom<object>(isSmall), v.record(id, value));
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
const parseNamed = v.safeParser(frame);

const request = v.strictObject({
  id: v.optional(v.union([v.pipe(v.number(), v.finite()), v.pipe(v.string(), v.maxLength(64))])),
  op: v.pipe(v.string(), v.maxLength(64)),
  in: v.optional(v.unknown()),
});
const parseRequest = v.safeParser(request);

export function parseFrame(text: string): Incoming | null {
  // A string is at least as long in bytes as in units: the cheap check comes first.
  if (text.length > limits.frameBytesMax) return null;
  if (text.length * 3 > limits.frameBytesMax && utf8Length(text) > limits.frameBytesMax) return null;
  const parsed = parseJson(text);
  return parsed === null ? null : shaped(parsed.value);
}

function shaped(value: unknown): Incoming | null {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  if ("t" in value) {
    const parsed = parseNamed(value);
    return parsed.success ? parsed.output : null;
  }
  const parsed = parseRequest(value);
  return parsed.success ? { t: "request", ...parsed.output } : null;
}
