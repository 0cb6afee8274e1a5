import { Empty } from "./parts/empty.tsx";
import { useSession } from "./session/client.tsx";
import { useSettled } from "./session/connection.ts";
import { usePerson } from "./session/people.ts";

/** Beside the list while no room is open. */
export function Welcome({ isNew, onNew }: { isNew: boolean; onNew: () => void }) {
  const { me } = useSession();
  const profile = usePerson(me.id);
  const settled = useSettled();
  if (!settled || !profile) return <main className="room welcome" />;
  return (
    <main className="room welcome">
      {isNew ? (
        <Empty title={`Welcome, ${profile.display || profile.name}`}>
          <p>
            Ask somebody for their name and start a conversation. Others find you as{" "}
            <strong>@{profile.name}</strong>.
          </p>
          <button type="button" className="button button-main" onClick={onNew}>
            Start a conversation
          </button>
        </Empty>
      ) : (
        <Empty title="Pick a conversation">
          <p>Or begin a new one.</p>
          <button type="button" className="button" onClick={onNew}>
            New conversation
          </button>
        </Empty>
      )}
    </main>
  );
}
