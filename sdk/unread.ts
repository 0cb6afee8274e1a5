/** How many posts wait for me: the server's count as of a seq, moved on by the events after it. Pure. */
import type { Seq, UserId } from "../actors/ports.ts";
import type { Kept } from "./entry.ts";
import { unreadMax } from "./limits.ts";
import type { RoomLog } from "./room-log.ts";

/** The reply to `room.read`, and what an `unread` frame says. */
export interface OwnMark {
  /** As of this seq. */
  seq: Seq;
  read: Seq;
  /** 1001 reads as "1000+". */
  unread: number;
  mentions: number;
}

export interface Unread extends OwnMark {
  /** A change came that can't be counted here: ask the server. */
  stale: boolean;
}

export const noUnread: Unread = { seq: 0, read: 0, unread: 0, mentions: 0, stale: false };

/** The count after one more event. */
export function countOn(count: Unread, line: Kept, me: UserId): Unread {
  const { seq, read, unread, mentions } = count;
  if (line.seq <= seq) return count;
  const next = { ...count, seq: line.seq };
  if (line.kind === "posted" && line.by !== me && line.seq > read) {
    next.unread = Math.min(unreadMax, unread + 1);
    if (line.mentions?.includes(me)) next.mentions = mentions + 1;
  }
  // Whom it mentioned nobody knows any more, and at the cap nobody knows what lies beyond.
  if (line.kind === "deleted" && line.author !== me && line.target > read) next.stale = true;
  return next;
}

/** The better of what we have and what the server says; events that came since are counted on top. */
export function recount(count: Unread, mark: OwnMark, log: RoomLog, me: UserId): Unread {
  const { seq, read, unread, mentions } = mark;
  if (read < count.read || (read === count.read && seq < count.seq && !count.stale)) return count;
  let next: Unread = { seq, read, unread, mentions, stale: false };
  for (const line of log.between(seq + 1, log.last)) {
    // A post that came and went since then is a tombstone here: it was never counted.
    if (line.kind !== "deleted" || line.target <= seq) next = countOn(next, line, me);
  }
  return { ...next, seq: Math.max(seq, log.last) };
}

/** What the count becomes when I read up to `read`, if every later seq is here; null otherwise. */
export function countHere(read: Seq, log: RoomLog, me: UserId): Unread | null {
  if (!log.has(read + 1, log.last)) return null;
  return recount(noUnread, { ...noUnread, seq: read, read }, log, me);
}
