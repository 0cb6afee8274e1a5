import { useCallback, useEffect, useState } from "react";
import type { Client } from "../sdk/api.ts";
import { dropDrafts } from "./composer/drafts.ts";
import { closeRoom } from "./route/route.ts";
import { type Session, SessionProvider, startSession } from "./session/client.tsx";
import { Reach } from "./session/reach.tsx";
import { Shell } from "./shell.tsx";
import { SignIn } from "./sign-in/sign-in.tsx";

type Phase = { at: "starting" } | { at: "out"; notice: string | null } | { at: "in"; session: Session };

export function App({ client }: { client: Client }) {
  const [phase, setPhase] = useState<Phase>({ at: "starting" });

  const enter = useCallback(async () => {
    await client.connect();
    if (client.me) setPhase({ at: "in", session: startSession(client, client.me.id) });
  }, [client]);

  useEffect(() => {
    return phase.at === "in" ? () => phase.session.end() : undefined;
  }, [phase]);

  useEffect(() => {
    // Nobody is signed in here: that is no failure.
    enter().catch(() => setPhase({ at: "out", notice: null }));
    return client.on("signedOut", () => {
      setPhase({ at: "out", notice: "This session has ended. Please sign in again." });
    });
  }, [client, enter]);

  async function signOut({ me }: Session) {
    dropDrafts(me.id);
    await client.logout().catch(() => undefined);
    closeRoom();
    setPhase({ at: "out", notice: null });
  }

  switch (phase.at) {
    case "starting":
      return null;
    case "out":
      return <SignIn client={client} notice={phase.notice} onDone={() => void enter()} />;
    case "in":
      return (
        <SessionProvider session={phase.session}>
          <Reach>
            <Shell onSignOut={() => void signOut(phase.session)} />
          </Reach>
        </SessionProvider>
      );
  }
}
