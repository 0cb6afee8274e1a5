import { limits } from "../../../actors/limits.ts";
import type { Millis, Session, SessionId, Sessions, UserId } from "../../../actors/ports.ts";
import { revokedItem, sessionKey } from "../merge/account.ts";
import type { MemoryItems } from "./items.ts";

export class MemorySessions implements Sessions {
  /** In order of creation. */
  #sessions = new Map<SessionId, Session>();
  #items: MemoryItems;

  constructor(items: MemoryItems) {
    this.#items = items;
  }

  async create(session: Session, cap: number): Promise<SessionId[]> {
    const older = this.#live(session.user);
    this.#sessions.set(session.id, { ...session });
    const excess = older.slice(Math.max(0, cap - 1)).map(({ id }) => id);
    return this.#revoke(session.user, excess, session.createdAt);
  }

  all(): Iterable<Session> {
    return this.#sessions.values();
  }

  put(session: Session): void {
    this.#sessions.set(session.id, { ...session });
  }

  async byId(id: SessionId): Promise<Session | null> {
    const session = this.#sessions.get(id);
    return session ? { ...session } : null;
  }

  async ofUser(user: UserId): Promise<Session[]> {
    return this.#live(user).map((session) => ({ ...session }));
  }

  async rotate(id: SessionId, from: number, at: Millis, expiresAt: Millis): Promise<boolean> {
    const session = this.#sessions.get(id);
    if (session?.counter !== from || session.revokedAt !== null) return false;
    Object.assign(session, { counter: from + 1, rotatedAt: at, lastSeenAt: at, expiresAt });
    return true;
  }

  async revoke(user: UserId, ids: readonly SessionId[], at: Millis): Promise<SessionId[]> {
    return this.#revoke(user, ids, at);
  }

  revokeOthers(user: UserId, keep: SessionId, at: Millis): SessionId[] {
    const others = this.#live(user).filter(({ id }) => id !== keep);
    return this.#revoke(
      user,
      others.map(({ id }) => id),
      at,
    );
  }

  #revoke(user: UserId, ids: readonly SessionId[], at: Millis): SessionId[] {
    const revoked: SessionId[] = [];
    for (const id of ids) {
      const session = this.#sessions.get(id);
      if (session?.user !== user || session.revokedAt !== null) continue;
      session.revokedAt = at;
      this.#items.raise(user, sessionKey(id), revokedItem);
      revoked.push(id);
    }
    for (const key of this.#items.forget(user, sessionKey(""), limits.endedSessionsMax)) {
      this.#sessions.delete(key.slice(sessionKey("").length));
    }
    return revoked;
  }

  /** Newest first. */
  #live(user: UserId): Session[] {
    return [...this.#sessions.values()]
      .filter((session) => session.user === user && session.revokedAt === null)
      .reverse()
      .sort((a, b) => b.createdAt - a.createdAt);
  }
}
