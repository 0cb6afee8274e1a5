import { useEffect, useRef, useState } from "react";
import type { Timeline } from "../../sdk/api.ts";
import { useConnection } from "../session/connection.ts";

interface Edges {
  /** Where the hole above what is shown ends, and where the one below it begins; null for none. */
  above: number | null;
  below: number | null;
  /** Is the reader near the first row, near the last one? */
  nearTop: boolean;
  nearFoot: boolean;
}

/** Loads what comes next while the reader is near an edge. Says what goes on, if it takes a while. */
export function useMore(timeline: Timeline, { above, below, nearTop, nearFoot }: Edges): string | null {
  const online = useConnection() === "online";
  const [state, setState] = useState<"idle" | "loading" | "failed">("idle");
  const slow = useSlow(state === "loading");
  const wantsOlder = nearTop && (above !== null || timeline.hasOlder);
  const wantsNewer = nearFoot && below !== null;
  const mounted = useRef(true);

  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);

  useEffect(() => {
    if (!online || state !== "idle" || !(wantsOlder || wantsNewer)) return;
    setState("loading");
    const load = wantsNewer ? timeline.around(below ?? 0) : timeline.older(above ?? undefined);
    load.then(
      () => mounted.current && setState("idle"),
      () => mounted.current && setState("failed"),
    );
  }, [online, state, wantsOlder, wantsNewer, timeline, above, below]);

  // A new connection, or coming near once more, is a new try.
  useEffect(() => {
    if (!online || !(wantsOlder || wantsNewer)) setState((now) => (now === "failed" ? "idle" : now));
  }, [online, wantsOlder, wantsNewer]);

  if (state === "failed") return "More messages can't be loaded now.";
  return slow ? "Loading messages…" : null;
}

const slowMs = 400;

function useSlow(busy: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!busy) return setSlow(false);
    const timer = setTimeout(() => setSlow(true), slowMs);
    return () => clearTimeout(timer);
  }, [busy]);
  return slow;
}
