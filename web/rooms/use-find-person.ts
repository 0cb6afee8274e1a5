import { useState } from "react";
import type { Profile } from "../../sdk/api.ts";
import { useSession } from "../session/client.tsx";
import { say } from "../session/errors.ts";

/** Finds people by exact name, and says why not. */
export function useFindPerson() {
  const { client, me, people } = useSession();
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function find(written: string, refuse: (person: Profile) => string | null): Promise<Profile | null> {
    const name = written.trim().replace(/^@/, "").toLowerCase();
    if (!name || busy) return null;
    setBusy(true);
    setError(null);
    try {
      const person = await client.findUser(name);
      const no = !person
        ? "isn't here. Names must be exact"
        : person.id === me.id
          ? "is you"
          : refuse(person);
      if (person && !no) {
        people.put([person]);
        return person;
      }
      setError(`“${name}” ${no}.`);
    } catch (failure) {
      setError(say(failure));
    } finally {
      setBusy(false);
    }
    return null;
  }

  return { find, error, busy };
}
