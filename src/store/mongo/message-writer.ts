/** How the projection's writes reach `messages`, `reactions` and `closed`. */
import { emptyMessage } from "../merge/message.ts";
import type { Bulk, Place } from "./bulk.ts";
import type { Connection } from "./connection.ts";
import { duplicatesIn } from "./errors.ts";
import { documentOf, joining } from "./message-doc.ts";
import { reactionsOf } from "./ranges.ts";

/** Nearly every event is new and alone, and inserting costs mongod a quarter of joining (measured). What is there is joined. */
export async function writeMessages(connection: Connection, bulk: Bulk["messages"]): Promise<void> {
  const { messages } = connection.collections;
  const events = bulk.filter(({ row }) => row.event !== null);
  const known = events.length === 0 ? [] : await insertNew(connection, events);
  const joined = [...bulk.filter(({ row }) => row.event === null), ...known];
  if (joined.length === 0) return;
  const updates = joined.map(({ room, row }) => ({
    updateOne: { filter: { _id: { room, seq: row.seq } }, update: joining(row), upsert: true },
  }));
  await connection.run((session) => messages.bulkWrite(updates, { ordered: false, session }));
}

/** Those of which something was there before. */
function insertNew(connection: Connection, events: Bulk["messages"]): Promise<Bulk["messages"]> {
  const { messages } = connection.collections;
  const documents = events.map(({ room, row }) => documentOf(room, row));
  return connection.run(async (session) => {
    try {
      await messages.insertMany(documents, { ordered: false, session });
      return [];
    } catch (error) {
      return duplicatesIn(error).flatMap((place) => events[place] ?? []);
    }
  });
}

export async function writeReactions(connection: Connection, bulk: Bulk["reactions"]): Promise<void> {
  if (bulk.length === 0) return;
  const updates = bulk.map(({ room, target, user, key, seq, on }) => ({
    updateOne: {
      filter: { _id: { room, target, user, key } },
      update: [
        { $set: { seq: { $max: ["$seq", seq] }, on: { $cond: [{ $gte: ["$seq", seq] }, "$on", on] } } },
      ],
      upsert: true,
    },
  }));
  const { reactions } = connection.collections;
  await connection.run((session) => reactions.bulkWrite(updates, { ordered: false, session }));
}

/** The first one stays. */
export async function writeClosed(connection: Connection, bulk: Bulk["closed"]): Promise<void> {
  if (bulk.length === 0) return;
  const updates = bulk.map(({ room, cid, sender, hash }) => ({
    updateOne: {
      filter: { _id: { room, cid, sender } },
      update: { $setOnInsert: { hash } },
      upsert: true,
    },
  }));
  const { closed } = connection.collections;
  await connection.run((session) => closed.bulkWrite(updates, { ordered: false, session }));
}

/**
 * Takes along what hangs on deleted messages: the content of their edits, their reactions. Whoever writes one of these looks
 * for the tombstone after it; whoever writes the tombstone looks for these after it: of two at once, one finds the other.
 */
export async function settle(connection: Connection, targets: readonly Place[]): Promise<void> {
  if (targets.length === 0) return;
  const { messages, reactions } = connection.collections;
  const gone = await connection.run((session) =>
    messages
      .find(
        { _id: { $in: [...targets] }, gone: { $exists: true } },
        { projection: { gone: 1 }, batchSize: targets.length + 1, session },
      )
      .toArray(),
  );
  if (gone.length === 0) return;
  const edits = gone.map(({ _id: { room, seq }, gone = 0 }) => ({
    updateMany: {
      filter: { "_id.room": room, "event.target": seq, "event.kind": "edited" },
      update: joining({ ...emptyMessage(seq), gone }),
    },
  }));
  const reacted = gone.map(({ _id: { room, seq } }) => ({
    deleteMany: { filter: { _id: reactionsOf(room, seq) } },
  }));
  await Promise.all([
    connection.run((session) => messages.bulkWrite(edits, { ordered: false, session })),
    connection.run((session) => reactions.bulkWrite(reacted, { ordered: false, session })),
  ]);
}
