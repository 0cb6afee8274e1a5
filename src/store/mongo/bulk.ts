/** A bulk of the projection's writes, folded to one piece of knowledge per document: writes commute, so that folding is free. */
import type { RoomId, Seq, Write } from "../../../actors/ports.ts";
import { emptyMessage, type MessageRow, withEdit, withEvent, withTombstone } from "../merge/message.ts";
import { emptyRoom, type RoomRow, withRoom } from "../merge/room.ts";

type Of<T extends Write["t"]> = Extract<Write, { t: T }>;

export interface Place {
  room: RoomId;
  seq: Seq;
}

export interface Bulk {
  messages: { room: RoomId; row: MessageRow }[];
  /** Of each user, key and post the newest. */
  reactions: Of<"reaction">[];
  closed: Of<"closed">[];
  rooms: RoomRow[];
  memberships: Of<"membership">[];
  /** What was deleted, edited or reacted to: where a deletion may have something to take along. */
  targets: Place[];
}

/** A map whose values begin as something. */
class Folded<T> extends Map<string, T> {
  fold(key: string, first: T, next: (value: T) => T): void {
    this.set(key, next(this.get(key) ?? first));
  }
}

export function bulkOf(writes: readonly Write[]): Bulk {
  const messages = new Folded<Bulk["messages"][number]>();
  const reactions = new Folded<Of<"reaction">>();
  const closed = new Folded<Of<"closed">>();
  const rooms = new Folded<RoomRow>();
  const memberships: Of<"membership">[] = [];
  const targets = new Map<string, Place>();

  const message = (room: RoomId, seq: Seq, merge: (row: MessageRow) => MessageRow) =>
    messages.fold(`${seq} ${room}`, { room, row: emptyMessage(seq) }, ({ row }) => ({
      room,
      row: merge(row),
    }));
  const touch = (room: RoomId, seq: Seq) => targets.set(`${seq} ${room}`, { room, seq });

  for (const write of writes) {
    const { room } = write;
    switch (write.t) {
      case "event":
        message(room, write.seq, (row) => withEvent(row, write));
        if (write.kind === "edited" && write.target !== null) touch(room, write.target);
        break;
      case "edit":
        message(room, write.target, (row) => withEdit(row, write));
        break;
      case "tombstone":
        message(room, write.target, (row) => withTombstone(row, write.seq));
        touch(room, write.target);
        break;
      case "reaction": {
        const key = JSON.stringify([room, write.target, write.user, write.key]);
        reactions.fold(key, write, (known) => (known.seq >= write.seq ? known : write));
        touch(room, write.target);
        break;
      }
      case "closed":
        closed.fold(JSON.stringify([room, write.sender, write.cid]), write, (known) => known);
        break;
      case "membership":
        memberships.push(write);
        break;
      case "room":
        rooms.fold(room, emptyRoom(room), (row) => withRoom(row, write));
    }
  }
  return {
    messages: [...messages.values()],
    reactions: [...reactions.values()],
    closed: [...closed.values()],
    rooms: [...rooms.values()],
    memberships,
    targets: [...targets.values()],
  };
}
