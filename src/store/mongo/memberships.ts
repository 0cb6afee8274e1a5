import type { ClientSession } from "mongodb";
import { limits } from "../../../actors/limits.ts";
import type { Memberships, RoomId, UserId, Write } from "../../../actors/ports.ts";
import type { Membership } from "../../../actors/room/model.ts";
import { chunksOf } from "../chunks.ts";
import { itemChanged, type MembershipRow, membershipOf, withMembership } from "../merge/membership.ts";
import type { Connection } from "./connection.ts";
import { type Raise, raise } from "./items.ts";
import type { MembershipDoc } from "./schema.ts";

type MembershipWrite = Extract<Write, { t: "membership" }>;

/** Membership, the room's count, the account's version and its item change together. Returns whose version rose. */
export async function writeMemberships(
  connection: Connection,
  bulk: readonly MembershipWrite[],
): Promise<UserId[]> {
  const raised: UserId[] = [];
  for (const chunk of chunksOf(bulk, limits.membershipsPerTransactionMax)) {
    raised.push(...(await connection.transact((session) => writeChunk(connection, session, chunk))));
  }
  return raised;
}

async function writeChunk(
  connection: Connection,
  session: ClientSession,
  chunk: readonly MembershipWrite[],
): Promise<UserId[]> {
  const { memberships, rooms } = connection.collections;
  const ids = chunk.map(({ room, user }) => ({ room, user }));
  const found = await memberships
    .find({ _id: { $in: ids } }, { batchSize: ids.length + 1, session })
    .toArray();
  const rows = new Map(found.map((document) => [keyOf(document._id), membershipRowOf(document)]));
  const changed = new Set<string>();
  const members = new Map<RoomId, number>();
  const raises: Raise[] = [];
  for (const write of chunk) {
    const before = rows.get(keyOf(write)) ?? null;
    const after = withMembership(before, write);
    if (after === before) continue;
    rows.set(keyOf(write), after);
    changed.add(keyOf(write));
    const came = Number(after.role !== null) - Number(before !== null && before.role !== null);
    members.set(write.room, (members.get(write.room) ?? 0) + came);
    const value = itemChanged(before, after);
    if (value !== null) raises.push({ user: after.user, key: `room:${after.room}`, value });
  }
  if (changed.size === 0) return [];
  const replacements = [...changed].flatMap((key) => {
    const row = rows.get(key);
    if (row === undefined) return [];
    const { _id, ...replacement } = documentOf(row);
    return { replaceOne: { filter: { _id }, replacement, upsert: true } };
  });
  await memberships.bulkWrite(replacements, { session });
  const counts = [...members].filter(([, came]) => came !== 0);
  if (counts.length > 0) {
    const updates = counts.map(([room, came]) => ({
      updateOne: { filter: { _id: room }, update: { $inc: { members: came } }, upsert: true },
    }));
    await rooms.bulkWrite(updates, { session });
  }
  await raise(connection, session, raises);
  return raises.map(({ user }) => user);
}

const keyOf = ({ room, user }: { room: RoomId; user: UserId }): string => JSON.stringify([room, user]);

function documentOf({ room, user, role, banned, seq, turns }: MembershipRow): MembershipDoc {
  return { _id: { room, user }, ...(role !== null && { role }), banned, seq, turns };
}

export function membershipRowOf({ _id, role, banned, seq, turns }: MembershipDoc): MembershipRow {
  return { ..._id, role: role ?? null, banned, seq, turns };
}

const asMembership = (document: MembershipDoc): Membership => membershipOf(membershipRowOf(document));

export class MongoMemberships implements Memberships {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async of(room: RoomId, users: readonly UserId[]): Promise<Membership[]> {
    const { memberships } = this.#connection.collections;
    const ids = users.map((user) => ({ room, user }));
    const found = await this.#connection.run((session) =>
      memberships.find({ _id: { $in: ids } }, { batchSize: ids.length + 1, session }).toArray(),
    );
    const byUser = new Map(found.map((document) => [document._id.user, document]));
    return users.flatMap((user) => byUser.get(user) ?? []).map(asMembership);
  }

  async roomsOf(users: readonly UserId[]): Promise<number[]> {
    const { memberships } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      memberships
        .aggregate<{ _id: UserId; rooms: number }>(
          [
            { $match: { "_id.user": { $in: [...users] }, role: { $gt: "" } } },
            { $group: { _id: "$_id.user", rooms: { $sum: 1 } } },
          ],
          { hint: "Memberships.roomsOf", batchSize: users.length + 1, session },
        )
        .toArray(),
    );
    const rooms = new Map(found.map(({ _id, rooms }) => [_id, rooms]));
    return users.map((user) => rooms.get(user) ?? 0);
  }

  async ofRoom(room: RoomId, after: UserId, limit: number): Promise<Membership[]> {
    if (limit <= 0) return [];
    const { memberships } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      memberships
        .find(
          { "_id.room": room, "_id.user": { $gt: after }, role: { $exists: true } },
          { sort: { "_id.user": 1 }, hint: "Memberships.ofRoom", limit, batchSize: limit, session },
        )
        .toArray(),
    );
    return found.map(asMembership);
  }

  async banned(room: RoomId, after: UserId, limit: number): Promise<UserId[]> {
    if (limit <= 0) return [];
    const { memberships } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      memberships
        .find(
          { "_id.room": room, "_id.user": { $gt: after }, banned: true },
          {
            ...{ projection: { _id: 1 }, sort: { "_id.user": 1 }, hint: "Memberships.banned" },
            ...{ limit, batchSize: limit, session },
          },
        )
        .toArray(),
    );
    return found.map(({ _id }) => _id.user);
  }
}
