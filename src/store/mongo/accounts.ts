import type { Account, Accounts, Millis, SessionId, UserId } from "../../../actors/ports.ts";
import { profileItem } from "../merge/account.ts";
import type { Connection } from "./connection.ts";
import { Duplicate } from "./errors.ts";
import { raise } from "./items.ts";
import type { AccountDoc } from "./schema.ts";
import { meet, revokeOthers } from "./sessions.ts";

export class MongoAccounts implements Accounts {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async create(account: Account): Promise<boolean> {
    const { accounts, names } = this.#connection.collections;
    const { id, ...rest } = account;
    const creating = this.#connection.transact(async (session) => {
      await names.insertOne({ _id: account.name, user: id }, { session });
      await accounts.insertOne({ _id: id, ...rest }, { session });
      await raise(this.#connection, session, [{ user: id, key: "profile", value: profileItem(account) }]);
      return true;
    }, "counts");
    return creating.catch((error: unknown) => {
      if (error instanceof Duplicate) return false;
      throw error;
    });
  }

  async byId(id: UserId): Promise<Account | null> {
    const { accounts } = this.#connection.collections;
    const document = await this.#connection.run((session) => accounts.findOne({ _id: id }, { session }));
    return document && accountOf(document);
  }

  async byName(name: string): Promise<Account | null> {
    const { accounts, names } = this.#connection.collections;
    const document = await this.#connection.run(async (session) => {
      const taken = await names.findOne({ _id: name }, { session });
      return taken && accounts.findOne({ _id: taken.user }, { session });
    });
    return document && accountOf(document);
  }

  async many(ids: readonly UserId[]): Promise<Account[]> {
    const { accounts } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      accounts.find({ _id: { $in: [...ids] } }, { batchSize: ids.length + 1, session }).toArray(),
    );
    const byId = new Map(found.map((document) => [document._id, document]));
    return ids.flatMap((id) => byId.get(id) ?? []).map(accountOf);
  }

  async setProfile(id: UserId, { display, about }: { display: string; about: string }): Promise<void> {
    const { accounts } = this.#connection.collections;
    await this.#connection.transact(async (session) => {
      const account = await accounts.findOneAndUpdate(
        { _id: id },
        { $set: { display, about } },
        { returnDocument: "after", session },
      );
      if (account === null) return;
      await raise(this.#connection, session, [{ user: id, key: "profile", value: profileItem(account) }]);
    }, "counts");
  }

  async setPassword(id: UserId, password: string, keep: SessionId, at: Millis): Promise<SessionId[]> {
    const { accounts } = this.#connection.collections;
    return this.#connection.transact(async (session) => {
      const account = await accounts.updateOne({ _id: id }, { $set: { password } }, { session });
      if (account.matchedCount === 0) return [];
      await meet(this.#connection, session, id);
      return revokeOthers(this.#connection, session, { user: id, keep, at });
    }, "counts");
  }

  async seen(id: UserId, at: Millis): Promise<void> {
    const { accounts } = this.#connection.collections;
    await this.#connection.run((session) =>
      accounts.updateOne({ _id: id }, { $max: { lastSeenAt: at } }, { session }),
    );
  }
}

const accountOf = ({ _id, ...rest }: AccountDoc): Account => ({ id: _id, ...rest });
