import type { ClientSession } from "mongodb";
import type { Millis, Session, SessionId, Sessions, UserId } from "../../../actors/ports.ts";
import { revokedItem, sessionKey } from "../merge/account.ts";
import type { Connection } from "./connection.ts";
import { raise } from "./items.ts";
import type { SessionDoc } from "./schema.ts";

const newestFirst = { createdAt: -1, _id: -1 } as const;

export class MongoSessions implements Sessions {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async create(session: Session, cap: number): Promise<SessionId[]> {
    const { sessions, versions } = this.#connection.collections;
    const { id, ...rest } = session;
    const { user, createdAt } = session;
    return this.#connection.transact(async (transaction) => {
      // Of two sign-ins of one user at once, one begins again and counts the other.
      await versions.updateOne(
        { _id: user },
        { $inc: { signIns: 1 } },
        { upsert: true, session: transaction },
      );
      const oldest = await sessions
        .find(
          { user, revokedAt: null },
          {
            projection: { _id: 1 },
            sort: newestFirst,
            skip: Math.max(0, cap - 1),
            session: transaction,
          },
        )
        .toArray();
      await sessions.insertOne({ _id: id, ...rest }, { session: transaction });
      const excess = oldest.map(({ _id }) => _id);
      return this.#revoke(transaction, user, excess, createdAt);
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
    return this.#connection.transact((session) => this.#revoke(session, user, ids, at), "counts");
  }

  async #revoke(
    session: ClientSession,
    user: UserId,
    ids: readonly SessionId[],
    at: Millis,
  ): Promise<SessionId[]> {
    if (ids.length === 0) return [];
    const { sessions } = this.#connection.collections;
    const own = { _id: { $in: [...ids] }, user, revokedAt: null };
    const found = await sessions.find(own, { projection: { _id: 1 }, session }).toArray();
    const live = new Set(found.map(({ _id }) => _id));
    const revoked = [...new Set(ids)].filter((id) => live.has(id));
    if (revoked.length === 0) return [];
    await sessions.updateMany(own, { $set: { revokedAt: at } }, { session });
    const raises = revoked.map((id) => ({ user, key: sessionKey(id), value: revokedItem }));
    await raise(this.#connection, session, raises);
    return revoked;
  }
}

const sessionOf = ({ _id, ...rest }: SessionDoc): Session => ({ id: _id, ...rest });
