import { useEffect } from "react";
import type { Room, RoomInfo } from "../../sdk/api.ts";
import { useFocused } from "../session/focus.ts";

/**
 * Read means that the end is on the screen and somebody looks at it.
 * @param last the newest message that is here: the count of the unread may be ahead of it
 */
export function useReading(room: Room, info: RoomInfo, atEnd: boolean, last: number | null): void {
  const focused = useFocused();
  useEffect(() => {
    if (focused && atEnd && last !== null && last > info.read && info.unread > 0) room.markRead(last);
  }, [focused, atEnd, room, last, info.read, info.unread]);
}
