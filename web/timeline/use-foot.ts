import { type RefObject, useEffect, useState } from "react";
import type { Virtual } from "./virtual.ts";

/** So near to the foot counts as at the foot: new messages are followed, and what is there is read. */
export const footPx = 80;

/**
 * Does the reader see the foot of the list? Only scrolling decides it. Who is there keeps seeing it when the
 * pane gets lower: a longer draft, a phone's keyboard. Null until the list is opened: before that nobody can tell.
 */
export function useFoot(
  scroller: RefObject<HTMLDivElement | null>,
  virtual: Virtual,
  opened: boolean,
): boolean | null {
  const [atFoot, setAtFoot] = useState<boolean | null>(null);

  useEffect(() => {
    const list = scroller.current;
    if (!list || !opened) return;
    let there = true;
    const look = () => {
      there = list.scrollHeight - list.scrollTop - list.clientHeight <= footPx;
      setAtFoot(there);
    };
    look();
    list.addEventListener("scroll", look, { passive: true });
    const resized = new ResizeObserver(() => there && virtual.scrollToEnd());
    resized.observe(list);
    return () => {
      list.removeEventListener("scroll", look);
      resized.disconnect();
    };
  }, [scroller, virtual, opened]);

  return atFoot;
}
