import { Avatar } from "../parts/avatar.tsx";
import type { Mentions } from "./use-mentions.ts";

export function MentionList({ mentions }: { mentions: Mentions }) {
  const { listId, options, active, pick } = mentions;
  if (options.length === 0) return null;
  return (
    <div id={listId} role="listbox" aria-label="People" className="mention-list">
      {options.map((person, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field, aria-activedescendant points here
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field's Enter and Tab take it
        <div
          key={person.id}
          id={`${listId}-${index}`}
          role="option"
          aria-selected={index === active}
          className="mention-option"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => pick(person)}
        >
          <Avatar id={person.id} name={person.display || person.name} size="small" />
          <strong>{person.display || person.name}</strong>
          <span className="faint">@{person.name}</span>
        </div>
      ))}
    </div>
  );
}
