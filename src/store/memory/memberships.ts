import type { Memberships, RoomId, UserId, Write } from "../../../actors/ports.ts";
import type { Membership } from "../../../actors/room/model.ts";
import { type MembershipRow, membershipOf, withMembership } from "../merge/membership.ts";

export class MemoryMemberships implements Memberships {
  #rooms = new Map<RoomId, Map<UserId, MembershipRow>>();

  /** The row, if the write changed it. */
  apply(write: Extract<Write, { t: "membership" }>): MembershipRow | null {
    const rows = this.#rooms.get(write.room) ?? new Map<UserId, MembershipRow>();
    this.#rooms.set(write.room, rows);
    const old = rows.get(write.user) ?? null;
    const row = withMembership(old, write);
    rows.set(write.user, row);
    return row === old ? null : row;
  }

  *all(): Iterable<MembershipRow> {
    for (const rows of this.#rooms.values()) yield* rows.values();
  }

  count(room: RoomId): number {
    return this.#rows(room).filter(({ role }) => role !== null).length;
  }

  async of(room: RoomId, users: readonly UserId[]): Promise<Membership[]> {
    return users.flatMap((user) => this.#rooms.get(room)?.get(user) ?? []).map(membershipOf);
  }

  async roomsOf(users: readonly UserId[]): Promise<number[]> {
    const rooms = [...this.#rooms.values()];
    return users.map((user) => rooms.filter((rows) => (rows.get(user)?.role ?? null) !== null).length);
  }

  async ofRoom(room: RoomId, after: UserId, limit: number): Promise<Membership[]> {
    return this.#rows(room)
      .filter(({ user, role }) => role !== null && user > after)
      .slice(0, limit)
      .map(membershipOf);
  }

  async banned(room: RoomId, after: UserId, limit: number): Promise<UserId[]> {
    return this.#rows(room)
      .filter(({ user, banned }) => banned && user > after)
      .slice(0, limit)
      .map(({ user }) => user);
  }

  /** By user id. */
  #rows(room: RoomId): MembershipRow[] {
    return [...(this.#rooms.get(room)?.values() ?? [])].sort((a, b) => (a.user < b.user ? -1 : 1));
  }
}
