import type { Mark, Receipts, RoomId, Seq, UserId } from "../../../actors/ports.ts";
import type { MemoryMemberships } from "./memberships.ts";

export class MemoryReceipts implements Receipts {
  #rooms = new Map<RoomId, Map<UserId, Mark>>();
  #memberships: MemoryMemberships;

  constructor(memberships: MemoryMemberships) {
    this.#memberships = memberships;
  }

  *all(): Iterable<Mark> {
    for (const rows of this.#rooms.values()) yield* rows.values();
  }

  async merge(marks: readonly Mark[]): Promise<Mark[]> {
    return marks.map(({ room, user, delivered, read }) => {
      const rows = this.#rooms.get(room) ?? new Map<UserId, Mark>();
      this.#rooms.set(room, rows);
      const old = rows.get(user);
      const merged = {
        room,
        user,
        delivered: Math.max(delivered, old?.delivered ?? 0),
        read: Math.max(read, old?.read ?? 0),
      };
      rows.set(user, merged);
      return { ...merged };
    });
  }

  async of(room: RoomId, users: readonly UserId[]): Promise<Mark[]> {
    return users.flatMap((user) => this.#rooms.get(room)?.get(user) ?? []).map((mark) => ({ ...mark }));
  }

  async ofUser(user: UserId, rooms: readonly RoomId[]): Promise<Mark[]> {
    return rooms.flatMap((room) => this.#rooms.get(room)?.get(user) ?? []).map((mark) => ({ ...mark }));
  }

  async counts(room: RoomId, user: UserId, seq: Seq): Promise<{ delivered: number; read: number }> {
    const marks = [...(this.#rooms.get(room)?.values() ?? [])].filter(
      (mark) => mark.user !== user && this.#memberships.isIn(room, mark.user),
    );
    return {
      delivered: marks.filter((mark) => mark.delivered >= seq).length,
      read: marks.filter((mark) => mark.read >= seq).length,
    };
  }
}
