/** What an answer may look like. Pure: takes what came, returns what is wrong with it. */
import { errors } from "../../actors/room/errors.ts";
import { closeCodes } from "../../src/protocol/close.ts";

/** How a text frame must be answered. */
export type Expected =
  /** By a reply to this id, or by the end of the connection. */
  | { reply: number | string }
  /** By an error or the end of the connection: silence would hide a fault. */
  | "end"
  /** In any way, silence included: a note, or a request that wants no reply. */
  | "any";

const notes = new Set(["hello", "renew", "resume", "sync", "pong"]);

export function expectedOf(text: string | null): Expected {
  if (text === null) return "end";
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return "end";
  }
  if (frame === null || typeof frame !== "object" || Array.isArray(frame)) return "end";
  const { id, op, t } = frame as Record<string, unknown>;
  if (Object.hasOwn(frame, "t")) return typeof t === "string" && notes.has(t) ? "any" : "end";
  if (typeof op !== "string") return "end";
  if (!Object.hasOwn(frame, "id")) return "any";
  const isId = (typeof id === "number" && Number.isFinite(id)) || (typeof id === "string" && id.length <= 64);
  return isId ? { reply: id as number | string } : "end";
}

/** Codes of ours, and those that the WebSocket layer gives by itself (RFC 6455 §7.4). */
const ends = new Set<number>([...Object.values(closeCodes).map(({ code }) => code), 1002, 1003, 1007, 1009]);

/** null: the connection ended without a code, which only a frame that breaks RFC 6455 may meet. */
export function faultOfClose(code: number | null, brokeWebSocket: boolean): string | null {
  if (code === null) return brokeWebSocket ? null : "closed without a code";
  return ends.has(code) ? null : `closed with ${code}`;
}

const errorFields = new Set(["code", "message", "retryable", "field", "bound", "retryAfterMs", "now"]);

/** An error object, as replies and HTTP bodies carry it. */
export function faultOfError(error: unknown): string | null {
  if (error === null || typeof error !== "object") return "an error that is no object";
  const { code, message, retryable } = error as Record<string, unknown>;
  if (typeof code !== "string" || !Object.hasOwn(errors, code))
    return `an unknown code ${JSON.stringify(code)}`;
  if (typeof message !== "string" || message.length > 300) return "a message that is none, or too long";
  if (retryable !== errors[code as keyof typeof errors].retryable) return "retryable is wrong";
  const extra = Object.keys(error).find((name) => !errorFields.has(name));
  if (extra !== undefined) return `a field ${extra} that no error has`;
  // Input, however bad, is no fault of the server's.
  return code === "internal" ? "an internal error" : null;
}

/** Words of our own machinery, which no answer may hold. */
const inside =
  /\bat (?:async )?\S+ \(|\.[jt]sx?:\d+|node_modules|sqlite|\bSELECT |\bINSERT INTO\b|valibot|~standard|"issues"|BaseIssue|TypeError|ReferenceError|RangeError|SyntaxError|\[native code\]/iu;

export function faultOfText(text: string, canaries: readonly string[]): string | null {
  const leak = canaries.find((canary) => text.includes(canary));
  if (leak !== undefined) return "another user's data";
  const found = inside.exec(text);
  return found ? `words from inside: ${found[0]}` : null;
}
