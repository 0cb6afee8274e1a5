import type { Memberships, RoomId, UserId, Write } from "../../../actors/ports.ts";
import type { Membership } from "../../../actors/room/model.ts";
import { type MembershipRow, membershipOf, withMembership } from "../merge/membership.ts";

interface Changed {
  before: MembershipRow | null;
  after: MembershipRow;
}

export class MemoryMemberships implements Memberships {
  #rooms = new Map<RoomId, Map<UserId, MembershipRow>>();

  /** The row before and after, if the write changed it. */
  apply(write: Extract<Write, { t: "membership" }>): Changed | null {
    const rows = this.#rooms.get(write.room) ?? new Map<UserId, MembershipRow>();
    this.#rooms.set(write.room, rows);
    const before = rows.get(write.user) ?? null;
    const after = withMembership(before, write);
    rows.set(write.user, after);
    return after === before ? null : { before, after };
  }

  *all(): Iterable<MembershipRow> {
    for (const rows of this.#rooms.values()) yield* rows.values();
  }

  count(room: RoomId): number {
    return this.#rows(room).filter(({ role }) => role !== null).length;
  }

  isIn(room: RoomId, user: UserId): boolean {
    return (this.#rooms.get(room)?.get(user)?.role ?? null) !== null;
  }

  async of(room: RoomId, users: readonly UserId[]): Promise<Membership[]> {
    return users.flatMap((user) => this.#rooms.get(room)?.get(user) ?? []).map(membershipOf);
  }

  async roomsOf(users: readonly UserId[]): Promise<number[]> {
    const rooms = [...this.#rooms.keys()];
    return users.map((user) => rooms.filter((room) => this.isIn(room, user)).length);
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
