import { type FormEvent, useState } from "react";
import { limits } from "../../actors/limits.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Field } from "../parts/field.tsx";
import { useSession } from "../session/client.tsx";
import { say } from "../session/errors.ts";
import { usePerson } from "../session/people.ts";

export function ProfileForm() {
  const { client, me, people } = useSession();
  const profile = usePerson(me.id) ?? { id: me.id, name: "", display: "", about: "" };
  const [said, setSaid] = useState<string | null>(null);

  async function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const display = String(form.get("display")).trim();
    const about = String(form.get("about")).trim();
    try {
      await client.setProfile({ display, about });
      people.put([{ ...profile, display, about }]);
      setSaid("Saved.");
    } catch (error) {
      setSaid(`Not saved: ${say(error)}`);
    }
  }

  return (
    <form className="settings-section profile-form" onSubmit={save} onChange={() => setSaid(null)}>
      <div className="profile-head">
        <Avatar id={me.id} name={profile.display || profile.name} size="large" />
        <p>
          <strong>{profile.display || profile.name}</strong>
          <span className="faint">@{profile.name}</span>
        </p>
      </div>
      <Field label="Shown as">
        {(ties) => (
          <input
            {...ties}
            name="display"
            defaultValue={profile.display}
            maxLength={limits.nameCharsMax}
            autoComplete="name"
          />
        )}
      </Field>
      <Field label="About">
        {(ties) => (
          <textarea
            {...ties}
            name="about"
            defaultValue={profile.about}
            maxLength={limits.aboutCharsMax}
            rows={2}
          />
        )}
      </Field>
      <div className="dialog-actions">
        <p className="faint" role="status">
          {said}
        </p>
        <button type="submit" className="button">
          Save
        </button>
      </div>
    </form>
  );
}
