/** How many posts wait for me: the server's count as of a seq, moved on by the events after it. Pure. */
import type { Seq, UserId } from "../actors/ports.ts";
import * as bounds from "./limits.ts";
import type { Applied, Kept, RoomLog } from "./room-log.ts";

export interface Unread {
  /** As of this seq. */
  seq: Seq;
  read: Seq;
  /** 1001 reads as "1000+". */
  unread: number;
  mentions: number;
  /** A change came that can't be counted here: ask the server. */
  stale: boolean;
}

export const noUnread: Unread = { seq: 0, read: 0, unread: 0, mentions: 0, stale: false };

/** The count after one more event. */
export function countOn(count: Unread, { line, dropped }: Applied, me: UserId): Unread {
  if (line.seq <= count.seq) return count;
  const next = { ...count, seq: line.seq };
  if (line.kind === "posted" && line.by !== me && line.seq > count.read) {
    next.unread = Math.min(bounds.unreadMax, count.unread + 1);
    if (mentions(line, me)) next.mentions = Math.min(bounds.unreadMax, count.mentions + 1);
  }
  if (line.kind === "deleted" && line.author !== me && line.target > count.read) {
    // At the cap nobody knows what lies beyond it; without the body, nobody knows whom it mentioned.
    if (count.unread >= bounds.unreadMax || !dropped) next.stale = true;
    else {
      next.unread = Math.max(0, count.unread - 1);
      if (mentions(dropped, me)) next.mentions = Math.max(0, count.mentions - 1);
    }
  }
  return next;
}

/** The better of what we have and what the server says; events that came since are counted on top. */
export function recount(count: Unread, fresh: Omit<Unread, "stale">, log: RoomLog, me: UserId): Unread {
  if (fresh.read < count.read || (fresh.read === count.read && fresh.seq < count.seq)) return count;
  let next: Unread = { ...fresh, stale: false };
  for (const line of log.between(fresh.seq + 1, log.last)) {
    // A post that came and went since then is a tombstone here: it was never counted.
    if (line.kind === "deleted" && line.target > fresh.seq) continue;
    next = countOn(next, { line, dropped: null }, me);
  }
  return next;
}

/** What the count becomes when I read up to `read`, if every later seq is here; null otherwise. */
export function countHere(read: Seq, log: RoomLog, me: UserId): Unread | null {
  if (!log.ranges.covers(read + 1, log.last)) return null;
  return recount(noUnread, { seq: read, read, unread: 0, mentions: 0 }, log, me);
}

function mentions(line: Kept, me: UserId): boolean {
  return line.kind === "posted" && (line.mentions?.includes(me) ?? false);
}
