import type { RoomId, Snapshot, Snapshots } from "../../../actors/ports.ts";
import type { Connection } from "./connection.ts";

export class MongoSnapshots implements Snapshots {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(room: RoomId): Promise<Snapshot | null> {
    const { snapshots } = this.#connection.collections;
    const document = await this.#connection.run((session) => snapshots.findOne({ _id: room }, { session }));
    if (document === null) return null;
    const { _id, ...rest } = document;
    return { room: _id, ...rest };
  }

  async put({ room, ...rest }: Snapshot): Promise<void> {
    const { snapshots } = this.#connection.collections;
    const { seq, position } = rest;
    const isNewer = {
      $or: [{ $lt: ["$seq", seq] }, { $and: [{ $eq: ["$seq", seq] }, { $lt: ["$position", position] }] }],
    };
    const replacing = { $cond: [isNewer, { $literal: { _id: room, ...rest } }, "$$ROOT"] };
    await this.#connection.run((session) =>
      snapshots.updateOne({ _id: room }, [{ $replaceWith: replacing }], { upsert: true, session }),
    );
  }
}
