import { useEffect } from "react";
import type { Room, RoomInfo } from "../../sdk/api.ts";
import { useFocused } from "../session/focus.ts";

/** Read means that the end is on the screen and somebody looks at it. */
export function useReading(room: Room, info: RoomInfo, atEnd: boolean): void {
  const focused = useFocused();
  useEffect(() => {
    if (focused && atEnd && info.head > info.read && info.unread > 0) room.markRead();
  }, [focused, atEnd, room, info.head, info.read, info.unread]);
}
