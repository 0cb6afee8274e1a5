import type { ClientSession } from "mongodb";
import { limits } from "../../../actors/limits.ts";
import type { Millis, Session, SessionId, Sessions, UserId } from "../../../actors/ports.ts";
import { revokedItem, sessionKey } from "../merge/account.ts";
import type { Connection } from "./connection.ts";
import { raise } from "./items.ts";
import { itemsOf } from "./ranges.ts";
import type { SessionDoc } from "./schema.ts";

const newestFirst = { createdAt: -1, _id: -1 } as const;

export class MongoSessions implements Sessions {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async create(session: Session, cap: number): Promise<SessionId[]> {
    const { sessions } = this.#connection.collections;
    const { id, ...rest } = session;
    const { user, createdAt } = session;
    return this.#connection.transact(async (transaction) => {
      await meet(this.#connection, transaction, user);
      await sessions.insertOne({ _id: id, ...rest }, { session: transaction });
      const others = { user, keep: id, at: createdAt, newest: Math.max(0, cap - 1) };
      return revokeOthers(this.#connection, transaction, others);
    }, "counts");
  }

  async byId(id: SessionId): Promise<Session | null> {
    const { sessions } = this.#connection.collections;
    const document = await this.#connection.run((session) => sessions.findOne({ _id: id }, { session }));
    return document && sessionOf(document);
  }

  async ofUser(user: UserId): Promise<Session[]> {
    const { sessions } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      sessions.find({ user, revokedAt: null }, { sort: newestFirst, session }).toArray(),
    );
    return found.map(sessionOf);
  }

  async rotate(id: SessionId, from: number, at: Millis, expiresAt: Millis): Promise<boolean> {
    const { sessions } = this.#connection.collections;
    const rotated = await this.#connection.run(
      (session) =>
        sessions.updateOne(
          { _id: id, counter: from, revokedAt: null },
          { $set: { counter: from + 1, rotatedAt: at, lastSeenAt: at, expiresAt } },
          { session },
        ),
      "counts",
    );
    return rotated.matchedCount === 1;
  }

  async revoke(user: UserId, ids: readonly SessionId[], at: Millis): Promise<SessionId[]> {
    return this.#connection.transact((session) => revoke(this.#connection, session, user, ids, at), "counts");
  }
}

const sessionOf = ({ _id, ...rest }: SessionDoc): Session => ({ id: _id, ...rest });

/**
 * Within a transaction. Of two that do this for one user at once, one begins again and sees the other: two sign-ins must not
 * both find room below the cap, and a new password ends each sign-in with the old one, or comes first.
 */
export async function meet({ collections: { versions } }: Connection, session: ClientSession, user: UserId) {
  await versions.updateOne({ _id: user }, { $inc: { signIns: 1 } }, { upsert: true, session });
}

export interface Others {
  user: UserId;
  keep: SessionId;
  at: Millis;
  /** So many of them stay too. Default 0. */
  newest?: number;
}

/** Within a transaction. */
export async function revokeOthers(
  connection: Connection,
  session: ClientSession,
  { user, keep, at, newest = 0 }: Others,
): Promise<SessionId[]> {
  const others = await connection.collections.sessions
    .find(
      { user, revokedAt: null, _id: { $ne: keep } },
      { projection: { _id: 1 }, sort: newestFirst, skip: newest, session },
    )
    .toArray();
  const ids = others.map(({ _id }) => _id);
  return revoke(connection, session, user, ids, at);
}

async function revoke(
  connection: Connection,
  session: ClientSession,
  user: UserId,
  ids: readonly SessionId[],
  at: Millis,
): Promise<SessionId[]> {
  if (ids.length === 0) return [];
  const { sessions } = connection.collections;
  const own = { _id: { $in: [...ids] }, user, revokedAt: null };
  const found = await sessions.find(own, { projection: { _id: 1 }, session }).toArray();
  const live = new Set(found.map(({ _id }) => _id));
  const revoked = [...new Set(ids)].filter((id) => live.has(id));
  if (revoked.length === 0) return [];
  await sessions.updateMany(own, { $set: { revokedAt: at } }, { session });
  const raises = revoked.map((id) => ({ user, key: sessionKey(id), value: revokedItem }));
  await raise(connection, session, raises);
  await forget(connection, session, user);
  return revoked;
}

/**
 * All ended sessions of a user but the newest, and their items: these tell the order, and are as few. No step of the account:
 * nobody needs to know.
 */
async function forget(
  { collections: { sessions, items } }: Connection,
  session: ClientSession,
  user: UserId,
): Promise<void> {
  const old = await items
    .find(
      { _id: itemsOf(user, sessionKey("")) },
      { projection: { _id: 1 }, sort: { version: -1 }, skip: limits.endedSessionsMax, session },
    )
    .toArray();
  if (old.length === 0) return;
  const ids = old.map(({ _id }) => _id);
  await items.deleteMany({ _id: { $in: ids } }, { session });
  const ended = ids.map(({ key }) => key.slice(sessionKey("").length));
  await sessions.deleteMany({ _id: { $in: ended } }, { session });
}
