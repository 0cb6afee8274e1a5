import type { Checkpoint, Position, Projection, UserId, Write } from "../../../actors/ports.ts";
import { itemChanged } from "../merge/membership.ts";
import type { MemoryItems } from "./items.ts";
import type { MemoryMemberships } from "./memberships.ts";
import type { MemoryMessages } from "./messages.ts";
import type { MemoryRooms } from "./rooms.ts";

interface Tables {
  rooms: MemoryRooms;
  memberships: MemoryMemberships;
  messages: MemoryMessages;
  items: MemoryItems;
}

export class MemoryProjection implements Projection {
  #tables: Tables;
  #checkpoints = new Map<number, Position>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  async checkpoint(stream: number): Promise<Position> {
    return this.#checkpoints.get(stream) ?? 0;
  }

  async apply(writes: readonly Write[], upTo?: Checkpoint): Promise<UserId[]> {
    const raised = new Set<UserId>();
    for (const write of writes) {
      const user = this.#write(write);
      if (user !== null) raised.add(user);
    }
    if (upTo !== undefined) {
      const { stream, position } = upTo;
      this.#checkpoints.set(stream, Math.max(position, this.#checkpoints.get(stream) ?? 0));
    }
    return [...raised];
  }

  /** The user whose version rose. */
  #write(write: Write): UserId | null {
    const { rooms, memberships, messages, items } = this.#tables;
    switch (write.t) {
      case "event":
        messages.event(write);
        return null;
      case "edit":
        messages.edit(write);
        return null;
      case "tombstone":
        messages.tombstone(write);
        return null;
      case "reaction":
        messages.reaction(write);
        return null;
      case "closed":
        messages.closed(write);
        return null;
      case "room":
        rooms.apply(write);
        return null;
      case "membership": {
        const changed = memberships.apply(write);
        const item = changed && itemChanged(changed.before, changed.after);
        if (item === null) return null;
        items.raise(write.user, `room:${write.room}`, item);
        return write.user;
      }
    }
  }
}
