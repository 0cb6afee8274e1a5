import { type FormEvent, useState } from "react";
import { Field } from "../parts/field.tsx";
import { FormError } from "../parts/form-error.tsx";
import { notifyOf } from "../parts/notices.tsx";
import { openRoom } from "../route/route.ts";
import { useSession } from "../session/client.tsx";
import { useFindPerson } from "./use-find-person.ts";

export function NewDirect({ onDone }: { onDone: () => void }) {
  const { client } = useSession();
  const [name, setName] = useState("");
  const { find, error, busy } = useFindPerson();

  async function submit(event: FormEvent) {
    event.preventDefault();
    const person = await find(name, () => null);
    if (!person) return;
    const room = await client.direct(person.id).catch(notifyOf("Not opened"));
    if (!room) return;
    onDone();
    openRoom(room.id);
  }

  return (
    <form onSubmit={submit}>
      <Field label="Their name" hint="The name they sign in with, exactly.">
        {(ties) => (
          <input
            {...ties}
            data-first
            value={name}
            placeholder="ana"
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
            required
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <FormError error={error} />
      <div className="dialog-actions">
        <button type="submit" className="button button-main" disabled={busy || !name.trim()}>
          {busy ? "Looking…" : "Start"}
        </button>
      </div>
    </form>
  );
}
