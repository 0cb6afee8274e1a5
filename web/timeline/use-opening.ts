import { useEffect, useLayoutEffect, useState } from "react";
import type { Row } from "./rows.ts";
import type { Virtual } from "./virtual.ts";

/**
 * Once there is something to show: to the unread line if there is one, else to the end. True as soon as one is
 * there, a frame later; before that, positions mean nothing.
 */
export function useOpening(virtual: Virtual, rows: readonly Row[]): boolean {
  const [state, setState] = useState<"waiting" | "moving" | "opened">("waiting");

  useLayoutEffect(() => {
    if (state !== "waiting" || rows.length === 0) return;
    setState("moving");
    const line = rows.findIndex((row) => row.type === "unread");
    if (line < 0) virtual.scrollToEnd();
    // A row above it stays in view, so that one sees where one was.
    else virtual.scrollToIndex(Math.max(0, line - 1), { align: "start" });
  }, [state, rows, virtual]);

  useEffect(() => {
    if (state !== "moving") return;
    const frame = requestAnimationFrame(() => setState("opened"));
    return () => cancelAnimationFrame(frame);
  }, [state]);

  return state === "opened";
}
