/**
 * Documents whose log was lost become the whole truth: nothing of them reaches above their room's head, rooms have another epoch,
 * snapshots lie before a log that begins anew. Nobody else writes meanwhile; each step may be done again.
 */
import type { Checkpoint, Epoch, RoomId, Seq, Write } from "../../../actors/ports.ts";
import { eventOf } from "../../../actors/room/frame.ts";
import { relocated } from "../../../actors/room/snapshot.ts";
import { emptyMessage } from "../merge/message.ts";
import type { Connection } from "./connection.ts";
import { joining } from "./message-doc.ts";
import type { MongoProjection } from "./projection.ts";
import { messagesIn, receiptsIn } from "./ranges.ts";

/** Which rooms it is about. */
type Of = (room: RoomId) => boolean;

export interface Heads {
  /** Last seq that is in the documents; 0: nothing is. */
  head: Seq;
  /** Highest seq that anything still speaks of. */
  known: Seq;
}

const reapplied = 500;

export class MongoRebuild {
  readonly #connection: Connection;
  readonly #projection: MongoProjection;

  constructor(connection: Connection, projection: MongoProjection) {
    this.#connection = connection;
    this.#projection = projection;
  }

  /** How far each room is in the documents, and how far it was. */
  async heads(of: Of): Promise<Map<RoomId, Heads>> {
    const { rooms, receipts, snapshots, messages } = this.#connection.collections;
    const heads = new Map<RoomId, Heads>();
    const entry = (room: RoomId): Heads => {
      const found = heads.get(room) ?? { head: 0, known: 0 };
      heads.set(room, found);
      return found;
    };
    for await (const { _id, seq = 0 } of rooms.find({}, { projection: { seq: 1 } })) {
      if (of(_id)) entry(_id).head = seq;
    }
    const reach = (room: RoomId, seq: Seq) => {
      if (!of(room)) return;
      const found = entry(room);
      found.known = Math.max(found.known, found.head, seq);
    };
    for await (const { _id, delivered, read } of receipts.find()) reach(_id.room, Math.max(delivered, read));
    for await (const { _id, seq } of snapshots.find({}, { projection: { seq: 1 } })) reach(_id, seq);
    for (const [room, { head }] of heads) {
      const [last] = await messages
        .find({ _id: above(room, head) }, { sort: { _id: -1 }, limit: 1 })
        .toArray();
      reach(room, last?._id.seq ?? head);
    }
    return heads;
  }

  /** Is there an event for every seq up to the head? */
  async isWhole(room: RoomId, head: Seq): Promise<boolean> {
    const { messages } = this.#connection.collections;
    const query = { _id: messagesIn(room, 1, head), event: { $exists: true } };
    return (await messages.countDocuments(query)) === head;
  }

  /** @throws NewerFormat */
  async renew(room: RoomId, head: Seq, epoch: Epoch): Promise<void> {
    const { rooms, receipts } = this.#connection.collections;
    await this.#cut(room, head);
    await this.#place(room, head, epoch);
    const down = (name: string) => ({ $min: [`$${name}`, head] });
    const marks = { _id: receiptsIn(room), $or: [{ delivered: { $gt: head } }, { read: { $gt: head } }] };
    await this.#connection.run((session) =>
      receipts.updateMany(marks, [{ $set: { delivered: down("delivered"), read: down("read") } }], {
        session,
      }),
    );
    // An empty one is a room's that was never made.
    const made = { _id: room, "fields.epoch.value": { $gt: "" } };
    await this.#connection.run((session) =>
      rooms.updateOne(made, { $set: { "fields.epoch.value": epoch } }, { session }),
    );
  }

  /** Over whatever checkpoint there is. */
  async begin({ stream, ...rest }: Checkpoint): Promise<void> {
    const { checkpoints } = this.#connection.collections;
    await this.#connection.run((session) =>
      checkpoints.replaceOne({ _id: stream }, rest, { upsert: true, session }),
    );
  }

  /** What a bulk that was cut short wrote ahead of the head: its seqs will be given to other events. */
  async #cut(room: RoomId, head: Seq): Promise<void> {
    const { messages, reactions } = this.#connection.collections;
    const inRoom = { _id: messagesIn(room, 1, head) };
    const [events, edits, gone, reacted] = await this.#connection.run(async (session) => [
      await messages.deleteMany({ _id: above(room, head) }, { session }),
      await messages.updateMany(
        { ...inRoom, "edit.seq": { $gt: head } },
        { $unset: { edit: 1 } },
        { session },
      ),
      await messages.updateMany({ ...inRoom, gone: { $gt: head } }, { $set: { gone: head } }, { session }),
      await reactions.deleteMany({ "_id.room": room, seq: { $gt: head } }, { session }),
    ]);
    if (
      [events, reacted].every((it) => it.deletedCount === 0) &&
      [edits, gone].every((it) => it.modifiedCount === 0)
    )
      return;
    await this.#connection.run((session) =>
      messages.updateMany(inRoom, joining(emptyMessage(0)), { session }),
    );
    await this.#reapply(room, head);
  }

  /** What lost edits and reactions had taken the place of. */
  async #reapply(room: RoomId, head: Seq): Promise<void> {
    const { messages } = this.#connection.collections;
    let writes: Write[] = [];
    const query = {
      _id: messagesIn(room, 1, head),
      "event.kind": { $in: ["edited", "reacted"] },
      "event.line": { $exists: true },
    };
    for await (const { event } of messages.find(query)) {
      writes.push(...writesOf(room, event?.line ?? ""));
      if (writes.length < reapplied) continue;
      await this.#projection.apply(writes);
      writes = [];
    }
    await this.#projection.apply(writes);
  }

  async #place(room: RoomId, head: Seq, epoch: Epoch): Promise<void> {
    const { snapshots } = this.#connection.collections;
    await this.#connection.run(async (session) => {
      const found = await snapshots.findOne({ _id: room }, { session });
      if (found === null) return;
      const { _id, ...rest } = found;
      const placed = found.seq > head ? null : relocated({ room, ...rest }, epoch);
      if (placed === null) return snapshots.deleteOne({ _id: room }, { session });
      const { room: _, ...replacement } = placed;
      return snapshots.replaceOne({ _id: room }, replacement, { session });
    });
  }
}

const above = (room: RoomId, head: Seq) => messagesIn(room, head + 1, Number.MAX_SAFE_INTEGER);

function writesOf(room: RoomId, line: string): Write[] {
  const event = eventOf(line);
  if (event.kind === "edited") {
    const { target, seq, text, at, mentions = [] } = event;
    return [{ t: "edit", room, target, seq, text, at, mentions }];
  }
  if (event.kind !== "reacted") return [];
  const { target, by, key, seq, on } = event;
  return [{ t: "reaction", room, target, user: by, key, seq, on }];
}
