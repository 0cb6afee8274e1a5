/**
 * A refresh token is `session.counter.mac`. It is derived, not stored: the successor of a spent token can be
 * computed again, so that a lost reply is repeatable, and the store holds nothing that could be replayed.
 */
import { timingSafeEqual } from "node:crypto";
import type { SessionId } from "../../actors/ports.ts";
import type { Installation } from "./installation.ts";

const shape = /^([1-9A-HJ-NP-Za-km-z]{22})\.(0|[1-9]\d{0,8})\.([\w-]{43})$/;

export function refreshToken(installation: Installation, session: SessionId, counter: number): string {
  return `${session}.${counter}.${installation.mac("refresh", session, String(counter))}`;
}

/** What a token says, or null when we didn't write it. */
export function readRefreshToken(
  installation: Installation,
  token: string,
): { session: SessionId; counter: number } | null {
  const [, session, counter, mac] = shape.exec(token) ?? [];
  if (session === undefined || counter === undefined || mac === undefined) return null;
  return timingSafeEqual(Buffer.from(mac), Buffer.from(installation.mac("refresh", session, counter)))
    ? { session, counter: Number(counter) }
    : null;
}
