/** Every keyboard shortcut of the page. This one table drives the handler and the help sheet. */

export const shortcuts = {
  switcher: { keys: "Mod+K", says: "Go to a conversation" },
  previous: { keys: "Alt+ArrowUp", says: "Previous conversation" },
  next: { keys: "Alt+ArrowDown", says: "Next conversation" },
  previousUnread: { keys: "Alt+Shift+ArrowUp", says: "Previous unread conversation" },
  nextUnread: { keys: "Alt+Shift+ArrowDown", says: "Next unread conversation" },
  details: { keys: "Mod+.", says: "Show or hide the details" },
  help: { keys: "Mod+/", says: "This sheet" },
  escape: {
    keys: "Escape",
    says: "Close suggestions, then reply or edit, then the details; then go to the newest message",
  },
} as const satisfies Record<string, { keys: string; says: string }>;

export type ShortcutName = keyof typeof shortcuts;

/** Keys that a focused field handles by itself: for the help sheet only. */
export const fieldKeys = [
  { keys: "Enter", says: "Send" },
  { keys: "Shift+Enter", says: "New line" },
  { keys: "ArrowUp", says: "Edit your last message, when the field is empty" },
  { keys: "@", says: "Mention someone" },
  { keys: "ArrowUp ArrowDown", says: "In the messages: move from one to the next" },
] as const;

const onMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

/** Does this key press mean that shortcut? Mod is ⌘ on a Mac, Ctrl elsewhere. */
export function matches(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.split("+");
  const mod = onMac ? event.metaKey : event.ctrlKey;
  const otherMod = onMac ? event.ctrlKey : event.metaKey;
  return (
    event.key.toLowerCase() === (parts.at(-1) ?? "").toLowerCase() &&
    mod === parts.includes("Mod") &&
    !otherMod &&
    event.altKey === parts.includes("Alt") &&
    // "Mod+/" needs Shift on many keyboards: Shift counts only where a named key is pressed.
    (event.key.length === 1 || event.shiftKey === parts.includes("Shift"))
  );
}

const glyphs: Record<string, string> = onMac
  ? { Mod: "⌘", Alt: "⌥", Shift: "⇧", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" }
  : { Mod: "Ctrl", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };

/** "Mod+K" → ["Ctrl", "K"], as the keyboard at hand names them. */
export function keyCaps(keys: string): string[] {
  return keys.split(/[+ ]/).map((key) => glyphs[key] ?? key);
}
