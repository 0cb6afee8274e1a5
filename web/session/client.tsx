import { createContext, type ReactNode, useContext } from "react";
import type { Client } from "../../sdk/api.ts";
import { People } from "./people.ts";
import { Watching } from "./watching.ts";

export interface Session {
  client: Client;
  me: { readonly id: string };
  people: People;
  watching: Watching;
  /** Lets go of the client's events. */
  end(): void;
}

const SessionContext = createContext<Session | null>(null);

export function startSession(client: Client, user: string): Session {
  const ending = new AbortController();
  const people = new People(client, ending.signal);
  return { client, me: { id: user }, people, watching: new Watching(client), end: () => ending.abort() };
}

/** Everything under it may take a signed-in client for granted. */
export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession outside of SessionProvider");
  return session;
}
