import { useLayoutEffect, useState } from "react";
import type { Row } from "./rows.ts";
import type { Virtual } from "./virtual.ts";

/** Once there is something to show: to the unread line if there is one, else to the end. True from then on. */
export function useOpening(virtual: Virtual, rows: readonly Row[]): boolean {
  const [opened, setOpened] = useState(false);
  useLayoutEffect(() => {
    if (opened || rows.length === 0) return;
    setOpened(true);
    const line = rows.findIndex((row) => row.type === "unread");
    if (line < 0) virtual.scrollToEnd();
    // A row above it stays in view, so that one sees where one was.
    else virtual.scrollToIndex(Math.max(0, line - 1), { align: "start" });
  }, [opened, rows, virtual]);
  return opened;
}
