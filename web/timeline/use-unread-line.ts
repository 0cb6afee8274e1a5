import { useEffect, useRef, useState } from "react";
import type { RoomInfo } from "../../sdk/api.ts";
import { useFocused } from "../session/focus.ts";

/**
 * After which seq the unread line stands; null for none. It is set when the room is opened, or when something comes
 * while nobody looks, and then stays where it is while one reads. Reading on another device or in another tab takes it
 * away.
 */
export function useUnreadLine(info: RoomInfo): number | null {
  const focused = useFocused();
  // Nothing ever read: the room itself is new, and a line above everything would say nothing.
  const [after, setAfter] = useState(info.unread > 0 && info.read > 0 ? info.read : null);
  const seen = useRef({ read: info.read, unread: info.unread });

  useEffect(() => {
    const was = seen.current;
    seen.current = { read: info.read, unread: info.unread };
    if (focused) return;
    if (info.read > was.read) setAfter(info.unread > 0 ? info.read : null);
    else if (was.unread === 0 && info.unread > 0) setAfter(info.read);
  }, [focused, info.read, info.unread]);

  return after;
}
