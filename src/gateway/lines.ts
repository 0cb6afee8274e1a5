/** What a feed asks of lines, without parsing more of them than it must. */

import type { Seq, UserId } from "../../actors/ports.ts";
import { type KnownLine, noteDeletion } from "../../actors/room/catch-up.ts";
import { eventOf } from "../../actors/room/frame.ts";

/** In a line, or in a whole frame. A quote inside of a text is escaped, so user content can't match. */
export const exits = /"kind":"(left|removed|banned)"/;

/** Target → seq of its deletion. */
export function deletionsIn(lines: readonly KnownLine[]): Map<Seq, Seq> {
  const gone = new Map<Seq, Seq>();
  for (const { line } of lines) noteDeletion(line, gone);
  return gone;
}

/** Whose membership ends in these lines, and at which seq (the first, if it ends twice). */
export function leavers(lines: readonly KnownLine[]): Map<UserId, Seq> {
  const found = new Map<UserId, Seq>();
  for (const { line } of lines) {
    if (!exits.test(line)) continue;
    const event = eventOf(line);
    const user =
      event.kind === "left"
        ? event.by
        : event.kind === "removed" || event.kind === "banned"
          ? event.user
          : null;
    if (user !== null && !found.has(user)) found.set(user, event.seq);
  }
  return found;
}

/** Lines below `end`; all of them when it is null. */
export function upTo(lines: readonly KnownLine[], end: Seq | null): readonly KnownLine[] {
  return end === null ? lines : lines.filter(({ seq }) => seq < end);
}
