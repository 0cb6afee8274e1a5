import { useCallback, useEffect, useState } from "react";
import type { Timeline } from "../../sdk/api.ts";
import { notify } from "../parts/notices.tsx";
import { olderBefore, type Row } from "./rows.ts";
import type { Virtual } from "./virtual.ts";

/** How long the row that was jumped to stays marked. */
const markedMs = 2_000;
/** Pages that a jump loads at most on its way up. */
const pagesMax = 40;

/** Brings a message into view, loading what lies between; and says which one, for a moment. */
export function useJump(virtual: Virtual, rows: readonly Row[], timeline: Timeline) {
  const [wanted, setWanted] = useState<number | null>(null);
  const [marked, setMarked] = useState<number | null>(null);

  // After each page, until the row is there.
  useEffect(() => {
    if (wanted === null) return;
    const index = rows.findIndex((row) => row.type === "message" && row.message.seq === wanted);
    if (index < 0) return;
    setWanted(null);
    setMarked(wanted);
    virtual.scrollToIndex(index, { align: "center" });
  }, [wanted, rows, virtual]);

  useEffect(() => {
    if (wanted === null) return;
    let stopped = false;
    void (async () => {
      for (let page = 0; page < pagesMax && !stopped; page++) {
        const before = olderBefore(timeline.snapshot());
        if (!timeline.hasOlder && before === undefined) break;
        await timeline.older(before);
      }
    })()
      .catch(() => undefined)
      .finally(() => {
        if (stopped) return;
        setWanted(null);
        notify("This message can't be shown now.");
      });
    return () => {
      stopped = true;
    };
  }, [wanted, timeline]);

  useEffect(() => {
    if (marked === null) return;
    const timer = setTimeout(() => setMarked(null), markedMs);
    return () => clearTimeout(timer);
  }, [marked]);

  return { jump: useCallback((seq: number) => setWanted(seq), []), marked };
}
