import { useEffect, useLayoutEffect, useState } from "react";
import type { Row } from "./rows.ts";
import type { Virtual } from "./virtual.ts";

interface Options {
  virtual: Virtual;
  rows: readonly Row[];
  /** The unread line stands above what is loaded. */
  lineIsAbove: boolean;
  /** Loads it and its surroundings, and shows them; fails when they can't be had now. */
  fetchLine: () => Promise<void>;
}

/**
 * Once there is something to show: to the unread line if there is one, however far back, else to the end. True as soon as one is
 * there, a frame later; before that, positions mean nothing.
 */
export function useOpening({ virtual, rows, lineIsAbove, fetchLine }: Options): boolean {
  const [state, setState] = useState<"waiting" | "fetching" | "found" | "moving" | "opened">("waiting");

  useLayoutEffect(() => {
    if (rows.length === 0 || (state !== "waiting" && state !== "found")) return;
    if (state === "waiting" && lineIsAbove) {
      setState("fetching");
      const done = () => setState("found");
      void fetchLine().then(done, done);
      return;
    }
    setState("moving");
    const line = rows.findIndex((row) => row.type === "unread");
    if (line < 0) virtual.scrollToEnd();
    // A row above it stays in view, so that one sees where one was.
    else virtual.scrollToIndex(Math.max(0, line - 1), { align: "start" });
  }, [state, rows, virtual, lineIsAbove, fetchLine]);

  useEffect(() => {
    if (state !== "moving") return;
    const frame = requestAnimationFrame(() => setState("opened"));
    return () => cancelAnimationFrame(frame);
  }, [state]);

  return state === "opened";
}
