import { useEffect } from "react";
import { Avatar } from "../parts/avatar.tsx";
import { useSession } from "../session/client.tsx";
import { usePerson } from "../session/people.ts";
import { usePresence } from "../session/presence.ts";
import { since } from "../text/when.ts";

export function PersonDetails({ user }: { user: string }) {
  const { people } = useSession();
  const person = usePerson(user);
  const presence = usePresence(user);
  // Whoever looks closely gets what is true now.
  useEffect(() => people.want([user], true), [people, user]);
  const name = person?.display || person?.name || "…";
  return (
    <>
      <div className="details-card">
        <Avatar id={user} name={name} size="large" presence={presence?.state} />
        <h3>{name}</h3>
        <p className="faint">@{person?.name}</p>
      </div>
      {person?.about && (
        <section className="details-section">
          <h3>About</h3>
          <p className="prewrap">{person.about}</p>
        </section>
      )}
      {presence?.state === "offline" && presence.lastSeen !== null && (
        <section className="details-section">
          <h3>Last seen</h3>
          <p>{since(presence.lastSeen, Date.now())}</p>
        </section>
      )}
    </>
  );
}
