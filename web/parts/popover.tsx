import { type ReactNode, useEffectEvent, useLayoutEffect, useRef, useState } from "react";

interface Props {
  /** What it belongs to. */
  anchor: HTMLElement;
  /** Where it opens if there is room, else on the other side. Default: below. */
  side?: "above" | "below";
  onClose: () => void;
  children: ReactNode;
  className?: string;
}

const gap = 6;
const margin = 8;

/** In the browser's top layer, so that no pane cuts it off. Escape and a click elsewhere close it. */
export function Popover({ anchor, side = "below", onClose, children, className = "" }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<{ left: number; top: number }>();
  // Opened once: to open it again when its owner is drawn again would take focus out of it.
  const toggled = useEffectEvent((event: ToggleEvent) => event.newState === "closed" && onClose());

  useLayoutEffect(() => {
    const box = ref.current;
    if (!box) return;
    box.showPopover();
    const near = anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = box;
    const below = near.bottom + gap;
    const above = near.top - gap - height;
    const fitsBelow = below + height + margin <= innerHeight;
    const goesAbove = side === "above" ? above >= margin || !fitsBelow : !fitsBelow;
    const top = goesAbove ? Math.max(margin, above) : below;
    const left = Math.max(margin, Math.min(near.right - width, innerWidth - width - margin));
    setPlace({ left, top });
    const toggle = (event: ToggleEvent) => toggled(event);
    box.addEventListener("toggle", toggle);
    // What moves its anchor. A list elsewhere scrolls by itself whenever something comes.
    const scrolled = (event: Event) => (event.target as Node).contains(anchor) && box.hidePopover();
    addEventListener("scroll", scrolled, { capture: true });
    return () => {
      box.removeEventListener("toggle", toggle);
      removeEventListener("scroll", scrolled, { capture: true });
      // Gives focus back, if it is in here.
      box.hidePopover();
    };
  }, [anchor, side]);

  return (
    <div ref={ref} popover="auto" className={`popover ${className}`} style={place}>
      {children}
    </div>
  );
}
