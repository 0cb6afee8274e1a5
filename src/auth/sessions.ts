/** The life of a session: opened by credentials, carried on by refresh tokens, ended by revocation. */
import { limits } from "../../actors/limits.ts";
import type { Bus, Millis, Session, SessionId, Sessions, UserId } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import type { Result } from "../operations/operation.ts";
import type { AccessTokens } from "./access-token.ts";
import type { AuthFailure } from "./auth.ts";
import type { Installation } from "./installation.ts";
import { readRefreshToken, refreshToken } from "./refresh-token.ts";
import type { Revoked } from "./revoked.ts";

export interface Tokens {
  user: UserId;
  session: SessionId;
  /** JWT for `Authorization: Bearer` and `hello`. */
  access: string;
  accessExpiresAt: Millis;
  refresh: string;
}

export interface Device {
  /** Random id that the client keeps; binds the refresh grace. */
  device: string;
  label: string;
}

export interface SessionDesk {
  open(user: UserId, device: Device): Promise<Tokens>;
  refresh(token: string, device: string): Promise<Result<Tokens>>;
  revoke(user: UserId, ids: readonly SessionId[]): Promise<SessionId[]>;
  /** Tells every node that these were revoked. */
  announce(user: UserId, ended: readonly SessionId[]): void;
}

export interface SessionParts {
  sessions: Sessions;
  bus: Bus;
  platform: Platform;
  installation: Installation;
  access: AccessTokens;
  revoked: Revoked;
  failed: (reason: AuthFailure) => void;
}

export function createSessionDesk(parts: SessionParts): SessionDesk {
  const { sessions, bus, platform, installation, access, revoked, failed } = parts;

  async function tokens(user: UserId, session: SessionId, counter: number): Promise<Tokens> {
    const refresh = refreshToken(installation, session, counter);
    return { user, session, ...(await access.sign(user, session)), refresh };
  }

  function announce(user: UserId, ended: readonly SessionId[]): void {
    if (ended.length === 0) return;
    revoked.add(ended);
    bus.publish(`user.${user}`, { t: "revoked", sessions: ended });
    bus.publish(`user.${user}`, { t: "account" });
  }

  async function revoke(user: UserId, ids: readonly SessionId[]): Promise<SessionId[]> {
    const ended = await sessions.revoke(user, ids, platform.now());
    announce(user, ended);
    return ended;
  }

  return {
    revoke,
    announce,

    async open(user, { device, label }) {
      const now = platform.now();
      const session: Session = {
        id: platform.id(),
        user,
        device,
        label,
        createdAt: now,
        lastSeenAt: now,
        expiresAt: now + limits.refreshIdleMs,
        counter: 0,
        rotatedAt: now,
        revokedAt: null,
      };
      announce(user, await sessions.create(session, limits.sessionsPerUserMax));
      return tokens(user, session.id, 0);
    },

    async refresh(token, device) {
      const spent = readRefreshToken(installation, token);
      if (!spent) return refused("invalid");
      const session = await live(spent.session);
      if (!session) return refused("ended");
      const { user, id } = session;
      const now = platform.now();
      const next = spent.counter + 1;
      if (session.device === device && session.counter === spent.counter) {
        const ends = Math.min(now + limits.refreshIdleMs, session.createdAt + limits.sessionLifeMs);
        if (await sessions.rotate(id, spent.counter, now, ends)) return { ok: await tokens(user, id, next) };
      }
      // Spent already. The same device may have lost the reply, or ask twice at once: same successor.
      const fresh = await live(id);
      if (!fresh) return refused("ended");
      const repeatable = fresh.counter === next && now - fresh.rotatedAt <= limits.refreshGraceMs;
      if (fresh.device === device && repeatable) return { ok: await tokens(user, id, next) };
      // Two parties hold this family's tokens, and nobody can tell which one is the thief (RFC 9700 §4.14).
      await revoke(user, [id]);
      return refused("reused");
    },
  };

  async function live(id: SessionId): Promise<Session | null> {
    const session = await sessions.byId(id);
    return session && isLive(session, platform.now()) ? session : null;
  }

  /** One answer for every cause: the client can only sign in again. */
  function refused(reason: AuthFailure): Result<never> {
    failed(reason);
    return { error: { code: "unauthorized", message: "this session has ended; sign in again" } };
  }
}

export function isLive(session: Session, now: Millis): boolean {
  return session.revokedAt === null && session.expiresAt > now;
}
