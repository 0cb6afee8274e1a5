import { useState } from "react";
import type { Profile } from "../../sdk/api.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Field } from "../parts/field.tsx";
import { FormError } from "../parts/form-error.tsx";
import { IconButton } from "../parts/icon-button.tsx";
import { useFindPerson } from "./use-find-person.ts";

interface Props {
  chosen: readonly Profile[];
  onChange: (chosen: readonly Profile[]) => void;
  /** Why somebody can't be chosen; null when they can. */
  refuse?: (person: Profile) => string | null;
}

/** Gathers people by their exact names. */
export function PeopleField({ chosen, onChange, refuse }: Props) {
  const [name, setName] = useState("");
  const { find, error, busy } = useFindPerson();

  async function add() {
    const person = await find(name, (found) => {
      if (chosen.some((other) => other.id === found.id)) return "is on the list already";
      return refuse?.(found) ?? null;
    });
    if (!person) return;
    onChange([...chosen, person]);
    setName("");
  }

  return (
    <div className="people-field">
      <Field label="Add by name">
        {(ties) => (
          <span className="field-row">
            <input
              {...ties}
              data-first
              value={name}
              placeholder="Their exact name"
              autoCapitalize="none"
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setName(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== "Enter") return;
                event.preventDefault();
                void add();
              }}
            />
            <button type="button" className="link" disabled={!name.trim() || busy} onClick={() => void add()}>
              Add
            </button>
          </span>
        )}
      </Field>
      <FormError error={error} />
      <ul className="chips" aria-label="Chosen">
        {chosen.map((person) => (
          <li key={person.id} className="chip">
            <Avatar id={person.id} name={person.display || person.name} size="small" />
            {person.display || person.name}
            <IconButton
              icon="close"
              size={16}
              label={`Take ${person.display || person.name} off the list`}
              onClick={() => onChange(chosen.filter((other) => other.id !== person.id))}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}
