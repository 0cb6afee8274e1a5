import type { Database } from "bun:sqlite";
import { limits } from "../../../actors/limits.ts";
import type { Millis, Session, SessionId, Sessions, UserId } from "../../../actors/ports.ts";
import { revokedItem, sessionKey } from "../merge/account.ts";
import type { Raise } from "./items.ts";
import type { Writer } from "./writer.ts";

const prefix = sessionKey("");
export const sessionColumns =
  "id, user, device, label, createdAt, lastSeenAt, expiresAt, counter, rotatedAt, revokedAt";

/** `newest`: so many of them stay too. */
export type RevokeOthers = (user: UserId, keep: SessionId, at: Millis, newest?: number) => SessionId[];

export function sessionOperations(db: Database, raise: Raise) {
  const create = db.prepare<null, [Record<keyof Session, string | number | null>]>(
    `INSERT INTO sessions (${sessionColumns}) VALUES ($id, $user, $device, $label, $createdAt, $lastSeenAt,
       $expiresAt, $counter, $rotatedAt, $revokedAt)`,
  );
  const others = db.prepare<{ id: SessionId }, [UserId, SessionId, number]>(
    `SELECT id FROM sessions WHERE user = ? AND revokedAt IS NULL AND id <> ?
     ORDER BY createdAt DESC, rowid DESC LIMIT -1 OFFSET ?`,
  );
  const rotate = db.prepare<{ id: SessionId }, [number, Millis, Millis, Millis, SessionId, number]>(
    `UPDATE sessions SET counter = ?, rotatedAt = ?, lastSeenAt = ?, expiresAt = ?
     WHERE id = ? AND counter = ? AND revokedAt IS NULL RETURNING id`,
  );
  const revoke = db.prepare<{ id: SessionId }, [Millis, SessionId, UserId]>(
    "UPDATE sessions SET revokedAt = ? WHERE id = ? AND user = ? AND revokedAt IS NULL RETURNING id",
  );

  // Each ended one has its item: their versions tell the order.
  const old = db.prepare<{ id: SessionId }, [UserId, number]>(
    `SELECT substr(key, length('${prefix}') + 1) AS id FROM items WHERE user = ? AND key GLOB '${prefix}*'
     ORDER BY version DESC LIMIT -1 OFFSET ?`,
  );
  const forget = db.prepare<null, [SessionId]>("DELETE FROM sessions WHERE id = ?");
  const forgetItem = db.prepare<null, [UserId, string]>("DELETE FROM items WHERE user = ? AND key = ?");

  function revokeSessions(user: UserId, ids: readonly SessionId[], at: Millis): SessionId[] {
    const revoked = ids.filter((id) => revoke.get(at, id, user) !== null);
    for (const id of revoked) raise(user, sessionKey(id), revokedItem);
    if (revoked.length === 0) return revoked;
    for (const { id } of old.all(user, limits.endedSessionsMax)) {
      forget.run(id);
      forgetItem.run(user, sessionKey(id));
    }
    return revoked;
  }

  const revokeOthers: RevokeOthers = (user, keep, at, newest = 0) => {
    const ids = others.all(user, keep, newest).map(({ id }) => id);
    return revokeSessions(user, ids, at);
  };

  return {
    revokeSessions,
    revokeOthers,
    createSession(session: Session, cap: number): SessionId[] {
      create.run({ ...session });
      const { user, id, createdAt } = session;
      return revokeOthers(user, id, createdAt, Math.max(0, cap - 1));
    },
    rotateSession(id: SessionId, from: number, at: Millis, expiresAt: Millis): boolean {
      return rotate.get(from + 1, at, at, expiresAt, id, from) !== null;
    },
  };
}

export class SqliteSessions implements Sessions {
  #byId;
  #ofUser;
  #writer: Writer;

  constructor(reads: Database, writer: Writer) {
    this.#byId = reads.prepare<Session, [SessionId]>(`SELECT ${sessionColumns} FROM sessions WHERE id = ?`);
    this.#ofUser = reads.prepare<Session, [UserId]>(
      `SELECT ${sessionColumns} FROM sessions WHERE user = ? AND revokedAt IS NULL ORDER BY createdAt DESC, rowid DESC`,
    );
    this.#writer = writer;
  }

  create(session: Session, cap: number): Promise<SessionId[]> {
    return this.#writer.run("createSession", session, cap);
  }

  async byId(id: SessionId): Promise<Session | null> {
    return this.#byId.get(id);
  }

  async ofUser(user: UserId): Promise<Session[]> {
    return this.#ofUser.all(user);
  }

  rotate(id: SessionId, from: number, at: Millis, expiresAt: Millis): Promise<boolean> {
    return this.#writer.run("rotateSession", id, from, at, expiresAt);
  }

  revoke(user: UserId, ids: readonly SessionId[], at: Millis): Promise<SessionId[]> {
    return this.#writer.run("revokeSessions", user, ids, at);
  }
}
