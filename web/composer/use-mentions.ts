import { type KeyboardEvent, type RefObject, useId, useMemo, useState } from "react";
import type { Profile, Room } from "../../sdk/api.ts";
import { useSession } from "../session/client.tsx";
import { useMembers } from "../session/members.ts";
import { useNames } from "../session/people.ts";
import { mentionedNames } from "../text/rich.ts";
import { matching, mentionAt } from "./mention-match.ts";

export interface Mentions {
  listId: string;
  options: readonly Profile[];
  active: number;
  pick(person: Profile): void;
}

/** Suggestions for @names in a group's field: a combobox whose list follows the caret. */
export function useMentions(
  room: Room,
  on: boolean,
  field: RefObject<HTMLTextAreaElement | null>,
  text: string,
  setText: (text: string) => void,
) {
  const { me, people } = useSession();
  const listId = useId();
  const [caret, setCaret] = useState<number | null>(null);
  const [active, setActive] = useState(0);
  const members = useMembers(room, on);
  const ids = useMemo(() => members.map((member) => member.user), [members]);
  const known = useNames(ids).join();

  const profiles = useMemo(() => {
    const spoke = new Map<string, number>();
    for (const row of room.timeline.snapshot())
      if (row.type === "message") spoke.set(row.message.by, row.message.at);
    return known
      ? ids
          .map((id) => people.get(id))
          .filter((profile): profile is Profile => profile !== undefined)
          .sort((a, b) => (spoke.get(b.id) ?? 0) - (spoke.get(a.id) ?? 0) || a.name.localeCompare(b.name))
      : [];
  }, [known, ids, people, room]);

  const at = on && caret !== null ? mentionAt(text, caret) : null;
  const options = at
    ? matching(
        profiles.filter((profile) => profile.id !== me.id),
        at.typed,
      )
    : [];
  const isOpen = options.length > 0;
  const index = Math.min(active, options.length - 1);

  function pick(person: Profile) {
    if (!at || caret === null) return;
    const before = `${text.slice(0, at.from)}@${person.name} `;
    setText(before + text.slice(caret).replace(/^ /, ""));
    setCaret(null);
    requestAnimationFrame(() => field.current?.setSelectionRange(before.length, before.length));
  }

  function onKeyDown(event: KeyboardEvent): boolean {
    const chosen = options[index];
    if (!isOpen || !chosen) return false;
    if (event.key === "ArrowDown") setActive((index + 1) % options.length);
    else if (event.key === "ArrowUp") setActive((index - 1 + options.length) % options.length);
    else if (event.key === "Enter" || event.key === "Tab") pick(chosen);
    else if (event.key === "Escape") setCaret(null);
    else return false;
    event.preventDefault();
    return true;
  }

  return {
    listId,
    options,
    active: index,
    pick,
    onKeyDown,
    onCaret() {
      const element = field.current;
      setCaret(element && element.selectionStart === element.selectionEnd ? element.selectionStart : null);
      setActive(0);
    },
    close: () => setCaret(null),
    /** Ids of the members that a text mentions. */
    mentionedIn(written: string): string[] {
      const byName = new Map(profiles.map((profile) => [profile.name.toLowerCase(), profile.id]));
      return mentionedNames(written, new Set(byName.keys())).flatMap((name) => byName.get(name) ?? []);
    },
    aria: on
      ? ({
          role: "combobox",
          "aria-autocomplete": "list",
          "aria-haspopup": "listbox",
          "aria-expanded": isOpen,
          "aria-controls": isOpen ? listId : undefined,
          "aria-activedescendant": isOpen ? `${listId}-${index}` : undefined,
        } as const)
      : {},
  };
}
