import type { ClientSession } from "mongodb";
import type { Item, Items, Json, UserId } from "../../../actors/ports.ts";
import type { Connection } from "./connection.ts";

/** One step of an account: the next version, and the item that carries it. */
export interface Raise {
  user: UserId;
  key: string;
  value: Json;
}

/** Within a transaction: of two that raise one account at once, one begins again. */
export async function raise(
  { collections: { versions, items } }: Connection,
  session: ClientSession,
  raises: readonly Raise[],
): Promise<void> {
  if (raises.length === 0) return;
  const users = [...new Set(raises.map(({ user }) => user))];
  const found = await versions
    .find({ _id: { $in: users } }, { batchSize: users.length + 1, session })
    .toArray();
  const reached = new Map(found.map(({ _id, version = 0 }) => [_id, version]));
  const newest = new Map<string, Raise & { version: number }>();
  for (const step of raises) {
    const version = (reached.get(step.user) ?? 0) + 1;
    reached.set(step.user, version);
    newest.set(JSON.stringify([step.user, step.key]), { ...step, version });
  }
  await versions.bulkWrite(
    users.map((user) => ({
      updateOne: {
        filter: { _id: user },
        update: { $set: { version: reached.get(user) ?? 0 } },
        upsert: true,
      },
    })),
    { session },
  );
  await items.bulkWrite(
    [...newest.values()].map(({ user, key, version, value }) => ({
      replaceOne: { filter: { _id: { user, key } }, replacement: { version, value }, upsert: true },
    })),
    { session },
  );
}

export class MongoItems implements Items {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Version first, then what lies up to it: an item that moves on meanwhile is part of the next delta. */
  async since(user: UserId, version: number, limit: number): Promise<{ version: number; items: Item[] }> {
    const { versions, items } = this.#connection.collections;
    return this.#connection.run(async (session) => {
      const reached = (await versions.findOne({ _id: user }, { session }))?.version ?? 0;
      if (reached <= version || limit <= 0) return { version: reached, items: [] };
      const found = await items
        .find(
          { "_id.user": user, version: { $gt: version, $lte: reached } },
          { sort: { version: 1 }, limit, batchSize: limit, session },
        )
        .toArray();
      return {
        version: reached,
        items: found.map(({ _id: { key }, version, value }) => ({ key, version, value })),
      };
    });
  }

  async versions(users: readonly UserId[]): Promise<number[]> {
    const { versions } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      versions.find({ _id: { $in: [...users] } }, { batchSize: users.length + 1, session }).toArray(),
    );
    const reached = new Map(found.map(({ _id, version = 0 }) => [_id, version]));
    return users.map((user) => reached.get(user) ?? 0);
  }
}
