import { useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import type { Client } from "../../sdk/api.ts";
import { useSession } from "./client.tsx";
import { useTrouble } from "./connection.ts";

export type Presence = ReturnType<Client["presenceOf"]>;
export type PresenceState = Presence["state"];

/** Undefined for nobody, and while nothing can be heard of anybody; else what was heard last. */
export function usePresence(user: string | null): Presence | undefined {
  const { client } = useSession();
  const known = useTrouble() === null;
  const last = useRef<Presence | undefined>(undefined);
  const subscribe = useCallback((listener: () => void) => client.on("presence", listener), [client]);
  return useSyncExternalStore(subscribe, () => {
    const now = user && known ? client.presenceOf(user) : undefined;
    // Equal in content means the same object: React compares identities.
    if (now?.state !== last.current?.state || now?.lastSeen !== last.current?.lastSeen) last.current = now;
    return last.current;
  });
}

/** Tells others that this page is open but nobody looks. */
export function useAway(): void {
  const { client } = useSession();
  useEffect(() => {
    const tell = () => client.setAway(document.hidden);
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [client]);
}
