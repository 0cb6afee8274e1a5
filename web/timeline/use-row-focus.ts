import { defaultRangeExtractor, type Range } from "@tanstack/react-virtual";
import { type FocusEvent, type KeyboardEvent, useCallback, useState } from "react";
import { flushSync } from "react-dom";
import type { Row } from "./rows.ts";
import type { Virtual } from "./virtual.ts";

/** Roving focus: one message takes part in the Tab order, and arrow keys go from message to message. */
export function useRowFocus(rows: readonly Row[]) {
  const [key, setKey] = useState<string | null>(null);
  const chosen = key === null ? -1 : rows.findIndex((row) => row.key === key);
  const index = chosen >= 0 ? chosen : rows.findLastIndex((row) => row.type === "message");

  return {
    index,
    /** The focused row stays in the page when it is scrolled away, or focus would be lost. */
    rangeExtractor: useCallback(
      (range: Range) => {
        const visible = defaultRangeExtractor(range);
        if (chosen < 0 || visible.includes(chosen)) return visible;
        return [...visible, chosen].sort((a, b) => a - b);
      },
      [chosen],
    ),
    onFocus(event: FocusEvent<HTMLElement>) {
      const row = event.target.closest<HTMLElement>("[data-key]");
      if (row?.dataset.key) setKey(row.dataset.key);
    },
    onKeyDown(event: KeyboardEvent<HTMLElement>, virtual: Virtual) {
      if (!(event.target instanceof HTMLElement) || event.target.tagName !== "ARTICLE") return;
      const to = target(event, rows, index);
      const row = to === null ? undefined : rows[to];
      if (to === null || !row) return;
      event.preventDefault();
      flushSync(() => setKey(row.key));
      virtual.scrollToIndex(to, { align: "auto" });
      const list = event.currentTarget;
      list.querySelector<HTMLElement>(`[data-index="${to}"] article`)?.focus({ preventScroll: true });
    },
  };
}

function target(event: KeyboardEvent, rows: readonly Row[], index: number): number | null {
  if (event.altKey || event.ctrlKey || event.metaKey) return null;
  const found = neighbour(event.key, rows, index);
  return found < 0 ? null : found;
}

function neighbour(key: string, rows: readonly Row[], index: number): number {
  const isMessage = (row: Row) => row.type === "message";
  switch (key) {
    case "ArrowUp":
      return rows.slice(0, index).findLastIndex(isMessage);
    case "ArrowDown":
      return rows.findIndex((row, at) => at > index && isMessage(row));
    case "Home":
      return rows.findIndex(isMessage);
    case "End":
      return rows.findLastIndex(isMessage);
    default:
      return -1;
  }
}
