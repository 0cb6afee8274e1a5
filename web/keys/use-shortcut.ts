import { useEffect, useEffectEvent } from "react";
import { matches, type ShortcutName, shortcuts } from "./shortcuts.ts";

/** Runs while mounted. Not under an open dialog: there only the dialog's own keys count. */
export function useShortcut(name: ShortcutName, run: () => void, when = true): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || !matches(event, shortcuts[name].keys)) return;
    if (document.querySelector("dialog[open], [popover]:popover-open")) return;
    event.preventDefault();
    run();
  });
  useEffect(() => {
    if (!when) return;
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, [when]);
}
