/** Who leaves a room with a record. */
import type { Seq, UserId } from "../../actors/ports.ts";
import type { KnownLine } from "../../actors/room/catch-up.ts";
import { eventOf } from "../../actors/room/frame.ts";

/** A quote inside of a text is escaped, so user content can't match. */
const exits = /"kind":"(left|removed|banned)"/;

/**
 * Whose membership ends in these lines, and at which seq (the first, if it ends twice). null: nobody's, as nearly always.
 * @param frame of the same lines: one look tells
 */
export function leaversIn(frame: string, lines: readonly KnownLine[]): Map<UserId, Seq> | null {
  return exits.test(frame) ? leavers(lines) : null;
}

function leavers(lines: readonly KnownLine[]): Map<UserId, Seq> {
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
