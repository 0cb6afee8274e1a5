import { type FormEvent, useState } from "react";
import { IconButton } from "../parts/icon-button.tsx";
import { notify, notifyOf } from "../parts/notices.tsx";
import { tooLong } from "../sign-in/faults.ts";

interface Props {
  as: "h3" | "p";
  label: string;
  value: string;
  placeholder?: string;
  charsMax: number;
  required?: boolean;
  mayEdit: boolean;
  save: (value: string) => Promise<void>;
}

/** A text that becomes a field when its pencil is pressed. */
export function EditableText(props: Props) {
  const { as: Tag, label, value, placeholder, charsMax, required, mayEdit, save } = props;
  const [editing, setEditing] = useState(false);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const next = String(new FormData(event.currentTarget).get("value")).trim();
    setEditing(false);
    const fault = tooLong(next, charsMax);
    if (fault) return notify(`${label} not changed. ${fault}`);
    if (next === value || (required && !next)) return;
    save(next).catch(notifyOf(`${label} not changed`));
  }

  if (!editing) {
    return (
      <div className="editable">
        {(value || !mayEdit) && <Tag className="prewrap">{value}</Tag>}
        {mayEdit && !value && <p className="faint">{placeholder}</p>}
        {mayEdit && (
          <IconButton
            icon="edit"
            size={16}
            label={`Change the ${label.toLowerCase()}`}
            onClick={() => setEditing(true)}
          />
        )}
      </div>
    );
  }
  return (
    <form
      className="editable-form"
      onSubmit={submit}
      onKeyDown={(event) => event.key === "Escape" && cancel(event)}
    >
      <input name="value" aria-label={label} defaultValue={value} required={required} ref={selected} />
      <IconButton icon="check" label="Save" type="submit" />
    </form>
  );

  function cancel(event: { preventDefault(): void }) {
    event.preventDefault();
    setEditing(false);
  }
}

/** Once, when it comes: a function of its own for each drawing would select again what was typed since. */
const selected = (input: HTMLInputElement | null) => input?.select();
