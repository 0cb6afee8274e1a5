import type { Checkpoint, Position, Projection, UserId, Write } from "../../../actors/ports.ts";
import { bulkOf } from "./bulk.ts";
import type { Connection } from "./connection.ts";
import { writeMemberships } from "./memberships.ts";
import { settle, writeClosed, writeMessages, writeReactions } from "./message-writer.ts";
import { writeRooms } from "./rooms.ts";
import type { CheckpointDoc } from "./schema.ts";

export class MongoProjection implements Projection {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async checkpoint(stream: number): Promise<Position> {
    const { checkpoints } = this.#connection.collections;
    const document = await this.#connection.run((session) =>
      checkpoints.findOne({ _id: stream }, { session }),
    );
    return document?.position ?? 0;
  }

  /**
   * Not one transaction: each document joins what it is told, so that a bulk that was cut is simply done again. A room's head
   * moves after its messages; the checkpoint after everything that a majority has confirmed.
   */
  async apply(writes: readonly Write[], upTo?: Checkpoint): Promise<UserId[]> {
    const connection = this.#connection;
    const bulk = bulkOf(writes);
    await writeMessages(connection, bulk.messages);
    const [raised] = await Promise.all([
      writeRooms(connection, bulk.rooms).then(() => writeMemberships(connection, bulk.memberships)),
      writeReactions(connection, bulk.reactions),
      writeClosed(connection, bulk.closed),
    ]);
    await settle(connection, bulk.targets);
    if (upTo !== undefined) await this.#advance(upTo);
    return [...new Set(raised)];
  }

  /** Those of all streams that were ever read. */
  async checkpoints(): Promise<Checkpoint[]> {
    const { checkpoints } = this.#connection.collections;
    const found = await this.#connection.run((session) => checkpoints.find({}, { session }).toArray());
    return found.map(checkpointOf);
  }

  async #advance({ stream, ...rest }: Checkpoint): Promise<void> {
    const { checkpoints } = this.#connection.collections;
    const { position, reached = position } = rest;
    const further = { $lt: [{ $ifNull: ["$reached", "$position"] }, reached] };
    const isNewer = {
      $or: [{ $lt: ["$position", position] }, { $and: [{ $eq: ["$position", position] }, further] }],
    };
    const replacing = { $cond: [isNewer, { $literal: { _id: stream, ...rest } }, "$$ROOT"] };
    await this.#connection.run((session) =>
      checkpoints.updateOne({ _id: stream }, [{ $replaceWith: replacing }], { upsert: true, session }),
    );
  }
}

export function checkpointOf({ _id, ...rest }: CheckpointDoc): Checkpoint {
  return { stream: _id, ...rest };
}
