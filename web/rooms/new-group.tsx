import { type FormEvent, useState } from "react";
import { limits } from "../../actors/limits.ts";
import type { Profile } from "../../sdk/api.ts";
import { Field } from "../parts/field.tsx";
import { FormError } from "../parts/form-error.tsx";
import { openRoom } from "../route/route.ts";
import { useSession } from "../session/client.tsx";
import { say } from "../session/errors.ts";
import { PeopleField } from "./people-field.tsx";

export function NewGroup({ onDone }: { onDone: () => void }) {
  const { client } = useSession();
  const [members, setMembers] = useState<readonly Profile[]>([]);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name")).trim();
    if (!name) return;
    setBusy(true);
    setError(null);
    try {
      const room = await client.createGroup({ name, members: members.map((member) => member.id) });
      onDone();
      openRoom(room.id);
    } catch (failure) {
      setError(say(failure));
      setBusy(false);
    }
  }

  return (
    <form onSubmit={submit}>
      <Field label="Name of the group">
        {(ties) => (
          <input {...ties} name="name" required maxLength={limits.nameCharsMax} autoComplete="off" />
        )}
      </Field>
      <PeopleField chosen={members} onChange={setMembers} />
      <FormError error={error} />
      <div className="dialog-actions">
        <button type="submit" className="button button-main" disabled={busy}>
          {busy ? "One moment…" : "Make the group"}
        </button>
      </div>
    </form>
  );
}
