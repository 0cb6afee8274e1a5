import type { RoomDoc, RoomId, Rooms, Write } from "../../../actors/ports.ts";
import { emptyRoom, type RoomRow, roomOf, withRoom } from "../merge/room.ts";
import type { MemoryMemberships } from "./memberships.ts";

export class MemoryRooms implements Rooms {
  #rows = new Map<RoomId, RoomRow>();
  #memberships: MemoryMemberships;

  constructor(memberships: MemoryMemberships) {
    this.#memberships = memberships;
  }

  apply(write: Extract<Write, { t: "room" }>): void {
    this.#rows.set(write.room, withRoom(this.#rows.get(write.room) ?? emptyRoom(write.room), write));
  }

  all(): Iterable<RoomRow> {
    return this.#rows.values();
  }

  async many(ids: readonly RoomId[]): Promise<RoomDoc[]> {
    return ids.flatMap((id) => {
      const row = this.#rows.get(id);
      const room = row && roomOf(row, this.#memberships.count(id));
      return room ? { ...room, rules: room.rules.map((rule) => ({ ...rule })) } : [];
    });
  }
}
