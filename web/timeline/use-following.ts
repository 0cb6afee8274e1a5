import { useEffect, useEffectEvent, useLayoutEffect, useRef } from "react";
import type { Virtual } from "./virtual.ts";

/**
 * Who was at the end stays there when rows come. The list's own following sees only what is appended, and what lands
 * before one's own waiting messages leaves the last row what it was. Whoever has only just got to the end, because the
 * last page was loaded, is left where they are.
 */
export function useFollowing(virtual: Virtual, count: number, atEnd: boolean): void {
  const wasAtEnd = useRef(false);
  const follow = useEffectEvent(() => {
    if (wasAtEnd.current && atEnd) virtual.scrollToEnd();
  });

  useLayoutEffect(() => {
    if (count > 0) follow();
  }, [count]);

  useEffect(() => {
    wasAtEnd.current = atEnd;
  }, [atEnd]);
}
