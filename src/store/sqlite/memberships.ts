import type { Database } from "bun:sqlite";
import type { Memberships, RoomId, Seq, UserId, Write } from "../../../actors/ports.ts";
import type { Membership, Role } from "../../../actors/room/model.ts";
import { type MembershipRow, membershipOf, withMembership } from "../merge/membership.ts";

export interface MembershipColumns {
  room: RoomId;
  user: UserId;
  role: Role | null;
  banned: 0 | 1;
  seq: Seq;
  /** JSON. */
  turns: string;
}

export function membershipRowOf({ turns, banned, ...row }: MembershipColumns): MembershipRow {
  return { ...row, banned: banned === 1, turns: JSON.parse(turns) as MembershipRow["turns"] };
}

export function membershipWriter(db: Database) {
  const get = db.prepare<MembershipColumns, [RoomId, UserId]>(
    "SELECT * FROM memberships WHERE room = ? AND user = ?",
  );
  const put = db.prepare<null, [RoomId, UserId, Role | null, boolean, Seq, string]>(
    `INSERT INTO memberships (room, user, role, banned, seq, turns) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (room, user) DO UPDATE
     SET role = excluded.role, banned = excluded.banned, seq = excluded.seq, turns = excluded.turns`,
  );
  /** The row before and after, if the write changed it. */
  return (write: Extract<Write, { t: "membership" }>) => {
    const columns = get.get(write.room, write.user);
    const before = columns && membershipRowOf(columns);
    const after = withMembership(before, write);
    if (after === before) return null;
    const { room, user, role, banned, seq, turns } = after;
    put.run(room, user, role, banned, seq, JSON.stringify(turns));
    return { before, after };
  };
}

export class SqliteMemberships implements Memberships {
  #one;
  #roomsOf;
  #ofRoom;
  #banned;

  constructor(reads: Database) {
    this.#one = reads.prepare<MembershipColumns, [RoomId, UserId]>(
      "SELECT * FROM memberships WHERE room = ? AND user = ?",
    );
    const rooms = reads.prepare<{ rooms: number }, [UserId]>(
      "SELECT count(*) AS rooms FROM memberships WHERE user = ? AND role IS NOT NULL",
    );
    this.#roomsOf = reads.transaction((users: readonly UserId[]) =>
      users.map((user) => rooms.get(user)?.rooms ?? 0),
    );
    this.#ofRoom = reads.prepare<MembershipColumns, [RoomId, UserId, number]>(
      "SELECT * FROM memberships WHERE room = ? AND user > ? AND role IS NOT NULL ORDER BY user LIMIT ?",
    );
    this.#banned = reads.prepare<{ user: UserId }, [RoomId, UserId, number]>(
      "SELECT user FROM memberships WHERE room = ? AND user > ? AND banned = 1 ORDER BY user LIMIT ?",
    );
  }

  async of(room: RoomId, users: readonly UserId[]): Promise<Membership[]> {
    return users.flatMap((user) => this.#one.get(room, user) ?? []).map(asMembership);
  }

  async roomsOf(users: readonly UserId[]): Promise<number[]> {
    return this.#roomsOf(users);
  }

  async ofRoom(room: RoomId, after: UserId, limit: number): Promise<Membership[]> {
    return this.#ofRoom.all(room, after, limit).map(asMembership);
  }

  async banned(room: RoomId, after: UserId, limit: number): Promise<UserId[]> {
    return this.#banned.all(room, after, limit).map(({ user }) => user);
  }
}

const asMembership = (columns: MembershipColumns): Membership => membershipOf(membershipRowOf(columns));
