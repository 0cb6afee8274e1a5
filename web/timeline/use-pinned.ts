import { type RefObject, useEffect, useEffectEvent } from "react";
import type { Virtual } from "./virtual.ts";

/** Who reads the end keeps seeing it when the pane gets lower: a longer draft, a phone's keyboard. */
export function usePinned(
  scroller: RefObject<HTMLDivElement | null>,
  virtual: Virtual,
  atEnd: boolean,
): void {
  const onResize = useEffectEvent(() => {
    if (atEnd) virtual.scrollToEnd();
  });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => onResize());
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
}
