import { useCallback } from "react";
import type { Client } from "../../sdk/api.ts";
import { FormError } from "../parts/form-error.tsx";
import { Icon } from "../parts/icon.tsx";
import { useSession } from "../session/client.tsx";
import { say } from "../session/errors.ts";
import { useLoaded } from "../session/loaded.ts";
import { briefly, since } from "../text/when.ts";

type SessionInfo = Awaited<ReturnType<Client["sessions"]>>[number];

const currentFirst = (a: SessionInfo, b: SessionInfo) => Number(b.current) - Number(a.current);

/** Where one is signed in, with a way to end each. */
export function Sessions() {
  const { client } = useSession();
  const load = useCallback(() => client.sessions(), [client]);
  const { found: sessions, setFound: setSessions, error, setError } = useLoaded(load);

  async function end(id: string) {
    try {
      await client.revoke(id);
      setSessions((all) => all?.filter((session) => session.id !== id) ?? null);
    } catch (failure) {
      setError(say(failure));
    }
  }

  async function endOthers() {
    try {
      await client.call("session.revokeOthers", {});
      setSessions((all) => all?.filter((session) => session.current) ?? null);
    } catch (failure) {
      setError(say(failure));
    }
  }

  return (
    <section className="settings-section">
      <h3>Signed in on</h3>
      <ul className="sessions" aria-busy={sessions === null && !error}>
        {sessions?.toSorted(currentFirst).map((session) => (
          <li key={session.id} className="session">
            <Icon name={/iPhone|iPad|Android/.test(session.label) ? "device" : "laptop"} />
            <span className="session-label">{session.label || "Unnamed device"}</span>
            <span className="faint session-sub">
              {session.current ? "This device" : `Last active ${since(session.lastSeenAt, Date.now())}`},{" "}
              signed in {briefly(session.createdAt, Date.now())}
            </span>
            {!session.current && (
              <button type="button" className="link danger" onClick={() => void end(session.id)}>
                Sign out<span className="said"> {session.label}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      {sessions && sessions.length > 1 && (
        <button type="button" className="link danger sessions-end" onClick={() => void endOthers()}>
          Sign out all other sessions
        </button>
      )}
      <FormError error={error} />
    </section>
  );
}
