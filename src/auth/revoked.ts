/** Sessions that ended lately: their access tokens still look good until they expire. */
import { limits } from "../../actors/limits.ts";
import type { SessionId } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";

export interface Revoked {
  add(sessions: readonly SessionId[]): void;
  has(session: SessionId): boolean;
}

export function createRevoked(platform: Platform): Revoked {
  // In order of revocation, hence of forgetting.
  const since = new Map<SessionId, number>();
  return {
    add(sessions) {
      const now = platform.monotonic();
      for (const session of sessions) {
        since.delete(session);
        since.set(session, now);
      }
      for (const [session, at] of since) {
        if (since.size <= limits.revokedMax && at >= now - limits.accessMs) break;
        since.delete(session);
      }
    },
    has: (session) => since.has(session),
  };
}
