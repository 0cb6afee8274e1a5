/** What is left of a deleted line: where, when and whose it was. */
import type { Seq } from "../ports.ts";
import { eventOf, lineOf } from "./frame.ts";

/** The tombstone line of a line. `deleted`: seq of the deletion. */
export function tombstoneOf(line: string, deleted: Seq): string {
  const { seq, at, ord, by } = eventOf(line);
  return lineOf({ seq, at, ord, by, kind: "tombstone", deleted });
}
