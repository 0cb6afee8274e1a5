import { useEffect, useRef, useState } from "react";
import type { Timeline, TimelineRow } from "../../sdk/api.ts";
import { useConnection } from "../session/connection.ts";
import { olderBefore } from "./rows.ts";

/** Loads what comes before the first row while the reader is near it. Says what goes on, if it takes a while. */
export function useOlder(timeline: Timeline, source: readonly TimelineRow[], near: boolean): string | null {
  const online = useConnection() === "online";
  const [state, setState] = useState<"idle" | "loading" | "failed">("idle");
  const slow = useSlow(state === "loading");
  const before = olderBefore(source);
  const more = timeline.hasOlder || before !== undefined;
  const mounted = useRef(true);

  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);

  useEffect(() => {
    if (!near || !more || !online || state !== "idle") return;
    setState("loading");
    timeline.older(before).then(
      () => mounted.current && setState("idle"),
      () => mounted.current && setState("failed"),
    );
  }, [near, more, online, state, timeline, before]);

  // A new connection, or coming near once more, is a new try.
  useEffect(() => {
    if (!online || !near) setState((now) => (now === "failed" ? "idle" : now));
  }, [online, near]);

  if (state === "failed") return "Earlier messages can't be loaded now.";
  return slow ? "Loading earlier messages…" : null;
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
