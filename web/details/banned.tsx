import { useEffect, useState } from "react";
import type { Client, Room } from "../../sdk/api.ts";
import { Avatar } from "../parts/avatar.tsx";
import { notifyOf } from "../parts/notices.tsx";
import { useSession } from "../session/client.tsx";
import { useNames } from "../session/people.ts";

/** Who can't come back, with a way to let them. Nothing while there is nobody. */
export function Banned({ room, members }: { room: Room; members: readonly unknown[] }) {
  const { client } = useSession();
  const [banned, setBanned] = useState<readonly string[]>([]);
  const names = useNames(banned);

  // A ban takes a member away, so a change of the members is when to look again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    let current = true;
    allBanned(client, room.id).then(
      (found) => current && setBanned(found),
      // Offline: the next change of the members asks again.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [client, room, members]);

  function lift(user: string) {
    room
      .unban(user)
      .then(() => setBanned((all) => all.filter((other) => other !== user)), notifyOf("The ban stands"));
  }

  if (banned.length === 0) return null;
  return (
    <section className="details-section" aria-label="Banned">
      <h3>
        Banned <span className="faint">{banned.length}</span>
      </h3>
      <ul className="members">
        {banned.map((user, index) => (
          <li key={user} className="banned">
            <Avatar id={user} name={names[index] ?? ""} size="small" />
            <span className="member-name">{names[index]}</span>
            <button type="button" className="link" onClick={() => lift(user)}>
              Lift the ban<span className="said"> on {names[index]}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

async function allBanned(client: Client, room: string): Promise<string[]> {
  const users: string[] = [];
  for (let after: string | null = ""; after !== null; ) {
    const page: { users: string[]; next: string | null } = await client.call("room.banned", { room, after });
    users.push(...page.users);
    after = page.next;
  }
  return users;
}
