import { type ReactNode, useLayoutEffect, useRef, useState } from "react";

interface Props {
  /** What it belongs to: it opens below, or above where there is no room. */
  anchor: HTMLElement;
  onClose: () => void;
  children: ReactNode;
  className?: string;
}

const gap = 6;
const margin = 8;

/** In the browser's top layer, so that no pane cuts it off. Escape and a click elsewhere close it. */
export function Popover({ anchor, onClose, children, className = "" }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<{ left: number; top: number }>();

  useLayoutEffect(() => {
    const box = ref.current;
    if (!box) return;
    box.showPopover();
    const near = anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = box;
    const below = near.bottom + gap;
    const top = below + height + margin <= innerHeight ? below : Math.max(margin, near.top - gap - height);
    const left = Math.max(margin, Math.min(near.right - width, innerWidth - width - margin));
    setPlace({ left, top });
    const toggled = (event: ToggleEvent) => event.newState === "closed" && onClose();
    box.addEventListener("toggle", toggled);
    const scrolled = (event: Event) => !box.contains(event.target as Node) && box.hidePopover();
    addEventListener("scroll", scrolled, { capture: true });
    return () => {
      box.removeEventListener("toggle", toggled);
      removeEventListener("scroll", scrolled, { capture: true });
      // Gives focus back, if it is in here.
      box.hidePopover();
    };
  }, [anchor, onClose]);

  return (
    <div ref={ref} popover="auto" className={`popover ${className}`} style={place}>
      {children}
    </div>
  );
}
