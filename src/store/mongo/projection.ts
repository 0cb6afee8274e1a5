import type { Position, Projection, UserId, Write } from "../../../actors/ports.ts";
import { bulkOf } from "./bulk.ts";
import type { Connection } from "./connection.ts";
import { writeMemberships } from "./memberships.ts";
import { settle, writeClosed, writeMessages, writeReactions } from "./message-writer.ts";
import { writeRooms } from "./rooms.ts";

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
  async apply(writes: readonly Write[], upTo?: { stream: number; position: Position }): Promise<UserId[]> {
    const connection = this.#connection;
    const bulk = bulkOf(writes);
    await writeMessages(connection, bulk.messages);
    const [raised] = await Promise.all([
      writeRooms(connection, bulk.rooms).then(() => writeMemberships(connection, bulk.memberships)),
      writeReactions(connection, bulk.reactions),
      writeClosed(connection, bulk.closed),
    ]);
    await settle(connection, bulk.targets);
    if (upTo !== undefined) await this.#advance(upTo.stream, upTo.position);
    return [...new Set(raised)];
  }

  async #advance(stream: number, position: Position): Promise<void> {
    const { checkpoints } = this.#connection.collections;
    const replacing = {
      $cond: [{ $lt: ["$position", position] }, { $literal: { _id: stream, position } }, "$$ROOT"],
    };
    await this.#connection.run((session) =>
      checkpoints.updateOne({ _id: stream }, [{ $replaceWith: replacing }], { upsert: true, session }),
    );
  }
}
