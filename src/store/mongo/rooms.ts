import type { Document } from "mongodb";
import type { RoomDoc, RoomId, Rooms } from "../../../actors/ports.ts";
import { emptyRoom, type RoomRow, roomOf } from "../merge/room.ts";
import type { Connection } from "./connection.ts";
import type { RoomDocument } from "./schema.ts";

export async function writeRooms(connection: Connection, bulk: readonly RoomRow[]): Promise<void> {
  if (bulk.length === 0) return;
  const updates = bulk.map((row) => ({
    updateOne: { filter: { _id: row.room }, update: joining(row), upsert: true },
  }));
  const { rooms } = connection.collections;
  await connection.run((session) => rooms.bulkWrite(updates, { ordered: false, session }));
}

/** Joins what a row knows to whatever document there is: maxima, and of each field and rule the newest. */
function joining({ seq, ord, at, fields, rules }: RoomRow): Document[] {
  const set: Document = {
    seq: { $max: ["$seq", seq] },
    ord: { $max: ["$ord", ord] },
    at: { $max: ["$at", at] },
  };
  for (const [name, field] of Object.entries(fields)) {
    if (field === undefined) continue;
    const path = `fields.${name}`;
    set[path] = { $cond: [{ $gte: [`$${path}.seq`, field.seq] }, `$${path}`, { $literal: field }] };
  }
  if (rules.length > 0) {
    const known = { $ifNull: ["$rules", []] };
    const unknown = { $not: [{ $in: ["$$rule.from", { $ifNull: ["$rules.from", []] }] }] };
    const fresh = { $filter: { input: { $literal: rules }, as: "rule", cond: unknown } };
    set.rules = { $sortArray: { input: { $concatArrays: [known, fresh] }, sortBy: { from: 1 } } };
  }
  return [{ $set: set }];
}

export class MongoRooms implements Rooms {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async many(ids: readonly RoomId[]): Promise<RoomDoc[]> {
    const { rooms } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      rooms.find({ _id: { $in: [...ids] } }, { batchSize: ids.length + 1, session }).toArray(),
    );
    const byId = new Map(found.map((document) => [document._id, document]));
    return ids.flatMap((id) => {
      const document = byId.get(id);
      return document ? (roomOf(roomRowOf(document), document.members ?? 0) ?? []) : [];
    });
  }
}

export function roomRowOf({ _id, members, ...known }: RoomDocument): RoomRow {
  return { ...emptyRoom(_id), ...known };
}
