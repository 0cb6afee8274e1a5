import type { Secrets } from "../../../actors/ports.ts";
import type { Connection } from "./connection.ts";

/** After every other character, in the order of UTF-8. */
const last = "\u{10ffff}";

export class MongoSecrets implements Secrets {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(name: string): Promise<string | null> {
    const { secrets } = this.#connection.collections;
    const document = await this.#connection.run((session) => secrets.findOne({ _id: name }, { session }));
    return document?.value ?? null;
  }

  async putIfAbsent(name: string, value: string): Promise<string> {
    const { secrets } = this.#connection.collections;
    const stored = await this.#connection.run((session) =>
      secrets.findOneAndUpdate(
        { _id: name },
        { $setOnInsert: { value } },
        { upsert: true, returnDocument: "after", session },
      ),
    );
    return stored?.value ?? value;
  }

  async list(prefix: string): Promise<{ name: string; value: string }[]> {
    const { secrets } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      secrets.find({ _id: { $gte: prefix, $lt: prefix + last } }, { sort: { _id: 1 }, session }).toArray(),
    );
    return found.map(({ _id, value }) => ({ name: _id, value }));
  }

  async remove(name: string): Promise<void> {
    const { secrets } = this.#connection.collections;
    await this.#connection.run((session) => secrets.deleteOne({ _id: name }, { session }));
  }
}
