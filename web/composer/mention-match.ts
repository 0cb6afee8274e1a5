import type { Profile } from "../../sdk/api.ts";

const beforeCaret = /(?:^|[\s(])@([\p{L}\p{N}._-]*)$/u;
/** As many as fit above the field of a phone. */
const shownMax = 6;

/** What is being typed after an @ at the caret, and where it begins; null when nothing is. */
export function mentionAt(text: string, caret: number): { from: number; typed: string } | null {
  const match = beforeCaret.exec(text.slice(0, caret));
  const typed = match?.[1];
  return typed === undefined ? null : { from: caret - typed.length - 1, typed: typed.toLowerCase() };
}

/** People whose login or shown name begins so, or a word of it; the order given is kept within each kind. */
export function matching(people: readonly Profile[], typed: string): Profile[] {
  const begins = (person: Profile) => person.name.toLowerCase().startsWith(typed);
  const hasWord = (person: Profile) =>
    person.display
      .toLowerCase()
      .split(/\s+/)
      .some((word) => word.startsWith(typed));
  return [...people.filter(begins), ...people.filter((person) => !begins(person) && hasWord(person))].slice(
    0,
    shownMax,
  );
}
