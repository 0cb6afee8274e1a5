import type { RoomInfo } from "../../sdk/api.ts";

/** The room one step from the open one in the list's order, round the corner; null when there is none. */
export function neighbour(
  rooms: readonly Pick<RoomInfo, "id" | "unread">[],
  open: string | null,
  step: -1 | 1,
  unreadOnly: boolean,
): string | null {
  const { length } = rooms;
  const from = rooms.findIndex((room) => room.id === open);
  for (let n = 1; n <= length; n++) {
    // Nothing open: down begins at the first, up at the last.
    const at = from < 0 ? (step > 0 ? n - 1 : length - n) : (from + step * n + length * n) % length;
    const room = rooms[at];
    if (room && room.id !== open && (!unreadOnly || room.unread > 0)) return room.id;
  }
  return null;
}
