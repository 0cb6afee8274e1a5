import type { Mark, Receipts, RoomId, Seq, UserId } from "../../../actors/ports.ts";
import type { Connection } from "./connection.ts";
import type { ReceiptDoc } from "./schema.ts";

export class MongoReceipts implements Receipts {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** A member whom the list names twice takes a bulk more: each place tells what was merged up to it. */
  async merge(marks: readonly Mark[]): Promise<Mark[]> {
    const merged: Mark[] = [];
    for (const bulk of distinctRuns(marks)) merged.push(...(await this.#merge(bulk)));
    return merged;
  }

  async #merge(marks: readonly Mark[]): Promise<Mark[]> {
    const { receipts } = this.#connection.collections;
    const updates = marks.map(({ room, user, delivered, read }) => ({
      updateOne: {
        filter: { _id: { room, user } },
        update: { $max: { delivered, read } },
        upsert: true,
      },
    }));
    await this.#connection.run((session) => receipts.bulkWrite(updates, { ordered: false, session }));
    return this.#of(marks);
  }

  of(room: RoomId, users: readonly UserId[]): Promise<Mark[]> {
    return this.#of(users.map((user) => ({ room, user })));
  }

  ofUser(user: UserId, rooms: readonly RoomId[]): Promise<Mark[]> {
    return this.#of(rooms.map((room) => ({ room, user })));
  }

  /** Looks each current member's receipt up: slower than joining two scans, but who was in once costs nothing for ever. */
  async counts(room: RoomId, user: UserId, seq: Seq): Promise<{ delivered: number; read: number }> {
    const { memberships, receipts } = this.#connection.collections;
    const others = { "_id.room": room, "_id.user": { $ne: user }, role: { $exists: true } };
    const reached = (field: "delivered" | "read") => ({
      $sum: { $cond: [{ $gte: [{ $first: `$mark.${field}` }, seq] }, 1, 0] },
    });
    const [counted] = await this.#connection.run((session) =>
      memberships
        .aggregate<{ delivered: number; read: number }>(
          [
            { $match: others },
            { $lookup: { from: receipts.collectionName, ...byId, as: "mark" } },
            { $group: { _id: null, delivered: reached("delivered"), read: reached("read") } },
            { $unset: "_id" },
          ],
          { hint: "Memberships.ofRoom", session },
        )
        .toArray(),
    );
    return counted ?? { delivered: 0, read: 0 };
  }

  async #of(members: readonly Pick<Mark, "room" | "user">[]): Promise<Mark[]> {
    const { receipts } = this.#connection.collections;
    const ids = members.map(({ room, user }) => ({ room, user }));
    const found = await this.#connection.run((session) =>
      receipts.find({ _id: { $in: ids } }, { batchSize: ids.length + 1, session }).toArray(),
    );
    const byMember = new Map(found.map((document) => [keyOf(document._id), document]));
    return members.flatMap((member) => byMember.get(keyOf(member)) ?? []).map(markOf);
  }
}

const byId = { localField: "_id", foreignField: "_id" };
const keyOf = ({ room, user }: Pick<Mark, "room" | "user">): string => JSON.stringify([room, user]);
const markOf = ({ _id, delivered, read }: ReceiptDoc): Mark => ({ ..._id, delivered, read });

/** Cut where a member comes again. */
function distinctRuns(marks: readonly Mark[]): Mark[][] {
  const runs: Mark[][] = [];
  let seen = new Set<string>();
  for (const mark of marks) {
    const run = runs.at(-1);
    if (run === undefined || seen.has(keyOf(mark))) {
      runs.push([mark]);
      seen = new Set();
    } else run.push(mark);
    seen.add(keyOf(mark));
  }
  return runs;
}
