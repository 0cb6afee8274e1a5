/** Judges a history by the rules C1–C14 of notes/reliability-security.md §2.3. Pure. */
import type { History } from "./history.ts";

export interface Violation {
  rule: string;
  /** What exactly, with seqs and cids. */
  what: string;
}

export function check(history: History): Violation[] {
  return history.hanging.map((what) => ({ rule: "C14", what }));
}
