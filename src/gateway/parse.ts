/** From text to a frame: parse at the edge, trust inside. null means that the frame breaks the rules of the protocol. */
import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import type { RoomId } from "../../actors/ports.ts";
import type { Cursor } from "../../actors/room/events.ts";
import { utf8Length } from "../../actors/room/utf8.ts";

export type Incoming =
  | { t: "hello"; token?: string | undefined; tab: string }
  | { t: "renew"; token: string }
  | { t: "resume"; n: number; rooms: Record<RoomId, Cursor | null> }
  | { t: "sync"; rooms: Record<RoomId, Cursor> }
  | { t: "pong" }
  | { t: "request"; id?: number | string | undefined; op: string; in?: unknown };

const id = v.pipe(v.string(), v.regex(/^[1-9A-HJ-NP-Za-km-z]{22}$/));
const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const cursor = v.pipe(
  v.strictTuple([v.pipe(v.string(), v.maxLength(32)), seq]),
  v.transform(([epoch, at]): Cursor => [epoch, at]),
);
const token = v.pipe(v.string(), v.maxLength(limits.helloBytesMax));

/** At most resumeRoomsMax, counted before anything else is looked at. */
function rooms<Value extends v.GenericSchema>(value: Value) {
  return v.pipe(
    v.record(id, value),
    v.check((input) => Object.keys(input).length <= limits.resumeRoomsMax),
  );
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
  if (tooDeep(text, limits.depthMax)) return null;
  const value = parseJson(text);
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  if ("t" in value) {
    const parsed = parseNamed(value);
    return parsed.success ? parsed.output : null;
  }
  const parsed = parseRequest(value);
  return parsed.success ? { t: "request", ...parsed.output } : null;
}

/** JSON.parse is recursive-safe in Bun, but deep values cost later: they end here. */
export function tooDeep(text: string, max: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > max) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

/** `undefined` isn't JSON, so null stands for "not JSON": nothing that we take is null. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, undefined) as unknown;
  } catch {
    return null;
  }
}
