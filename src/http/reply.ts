/** Answers of the API. The same objects go over sockets. */
import type { Refusal } from "../../actors/room/commands.ts";
import { errors } from "../../actors/room/errors.ts";
import { wireErrorOf } from "../protocol/error.ts";

export function answer(value: unknown): Response {
  return Response.json(value, { headers: { "cache-control": "no-store" } });
}

export function refusal(error: Refusal): Response {
  const { status } = errors[error.code];
  const headers = new Headers({ "cache-control": "no-store" });
  if (status === 401) headers.set("www-authenticate", "Bearer");
  if (error.retryAfterMs !== undefined) {
    headers.set("retry-after", String(Math.ceil(error.retryAfterMs / 1000)));
  }
  return Response.json({ error: wireErrorOf(error) }, { status, headers });
}

/** A document of ours. */
export function text(body: string, type: string, status = 200): Response {
  const headers = { "content-type": `${type}; charset=utf-8`, "cache-control": "no-cache" };
  return new Response(body, { status, headers });
}
