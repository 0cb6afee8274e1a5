import { useCallback, useEffect, useLayoutEffect, useState } from "react";
import type { Timeline } from "../../sdk/api.ts";
import { notify } from "../parts/notices.tsx";
import type { Row } from "./rows.ts";
import type { Virtual } from "./virtual.ts";

/** How long the row that was jumped to stays marked. */
const markedMs = 2_000;

interface Options {
  virtual: Virtual;
  rows: readonly Row[];
  timeline: Timeline;
  /** Shows the part of the history that has this seq; null: the newest. */
  setPlace: (place: number | null) => void;
}

/** Ways through the history: to a message, however old, and to the end. */
export function useJump({ virtual, rows, timeline, setPlace }: Options) {
  const [wanted, setWanted] = useState<number | "end" | null>(null);
  const [marked, setMarked] = useState<number | null>(null);

  const jump = useCallback(
    (seq: number) => {
      timeline.around(seq).then(
        () => {
          setPlace(seq);
          setWanted(seq);
        },
        () => notify("This message can't be loaded now."),
      );
    },
    [timeline, setPlace],
  );

  const toEnd = useCallback(() => {
    setPlace(null);
    setWanted("end");
  }, [setPlace]);

  // The rows are those of the place by now.
  useLayoutEffect(() => {
    if (wanted === null) return;
    setWanted(null);
    if (wanted === "end") return virtual.scrollToEnd();
    const index = rows.findIndex((row) => row.type === "message" && row.message.seq === wanted);
    if (index < 0) return notify("This message isn't for you to see.");
    setMarked(wanted);
    virtual.scrollToIndex(index, { align: "center" });
  }, [wanted, rows, virtual]);

  useEffect(() => {
    if (marked === null) return;
    const timer = setTimeout(() => setMarked(null), markedMs);
    return () => clearTimeout(timer);
  }, [marked]);

  return { jump, toEnd, marked };
}
