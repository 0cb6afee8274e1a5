import { createContext, useCallback, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { ConnectionState } from "../../sdk/api.ts";
import { useSession } from "./client.tsx";

/** A short loss is nobody's business: trains have tunnels. */
const quietMs = 2_000;

export function useConnection(): ConnectionState {
  const { client } = useSession();
  const subscribe = useCallback((listener: () => void) => client.on("connection", listener), [client]);
  return useSyncExternalStore(subscribe, () => client.connection);
}

/** Has this client ever been up to date? Before that, an empty list means nothing. */
export function useSettled(): boolean {
  const online = useConnection() === "online";
  const [settled, setSettled] = useState(online);
  useEffect(() => {
    if (online) setSettled(true);
  }, [online]);
  return settled;
}

/** The connection in words, once it has been away for a while; null while all is well. For Reach. */
export function useTroubleWatch(): string | null {
  const state = useConnection();
  const cut = useCut();
  const well = state === "online" && !cut;
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (well) return setLate(false);
    const timer = setTimeout(() => setLate(true), quietMs);
    return () => clearTimeout(timer);
  }, [well]);
  if (well || !late) return null;
  return cut ? lost : words[state];
}

/** One watch of each kind for the whole page. */
export const TroubleContext = createContext<string | null>(null);
export const NextTryContext = createContext<number | null>(null);

export const useTrouble = (): string | null => useContext(TroubleContext);
export const useNextTry = (): number | null => useContext(NextTryContext);

/** When the connection is tried again, ms since 1970; null while it is there. For Reach. */
export function useNextTryWatch(): number | null {
  const { client } = useSession();
  const [at, setAt] = useState<number | null>(null);
  useEffect(
    () =>
      client.on("connection", ({ state, retryInMs = 0 }) => {
        if (state === "offline") setAt(Date.now() + retryInMs);
        // While it is tried, the time that was set for it stands.
        else if (state !== "connecting") setAt(null);
      }),
    [client],
  );
  return at;
}

/** The device itself has no network: a socket may take a minute to notice. */
function useCut(): boolean {
  return useSyncExternalStore(subscribeToNetwork, () => !navigator.onLine);
}

function subscribeToNetwork(listener: () => void): () => void {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}

/** The same words while it is tried again: they shouldn't flicker with each try. */
const lost = "No connection. What you write is sent later.";

const words: Record<ConnectionState, string> = {
  idle: lost,
  connecting: lost,
  "catching-up": "Catching up…",
  online: "",
  offline: lost,
  closed: "Disconnected. Reload the page to come back.",
};
