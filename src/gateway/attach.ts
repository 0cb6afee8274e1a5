/**
 * Bringing one connection up to date in one room, whole or refused: note the feed's seq and hold live lines, send what
 * lies between the cursor and there, release what was held, then live.
 */

import { limits } from "../../actors/limits.ts";
import { type RoomId, type Seq, Unavailable, type UserId } from "../../actors/ports.ts";
import type { KnownLine, Sources } from "../../actors/room/catch-up.ts";
import type { Cursor } from "../../actors/room/events.ts";
import { closedAt, type Sight } from "../../actors/room/sight.ts";
import type { ServerFrame } from "../protocol/frames.ts";
import type { Access } from "../rooms/access.ts";
import type { Feed, Subscriber } from "./feed.ts";
import type { Feeds } from "./feeds.ts";

export interface AttachSources extends Sources {
  feeds: Feeds;
  access(room: RoomId, user: UserId): Promise<Access>;
}

/** A subscriber that can say when its outbox has room for more. */
export interface Receiver extends Subscriber {
  ready(): Promise<void> | null;
}

export type Attached =
  | { live: Cursor }
  | { refused: "not-found" | "left" | "unavailable" }
  /** The cursor lies above the head, and the leader says so too. */
  | { void: true };

export async function attach(
  sources: AttachSources,
  receiver: Receiver,
  room: RoomId,
  cursor: Cursor | null,
): Promise<Attached> {
  const { feed, noted } = await sources.feeds.hold(room, receiver);
  try {
    const { sight, epoch, head } = await sources.access(room, receiver.user);
    // At once: how long it takes must not tell a stranger whether somebody writes there.
    if (sight.intervals.length === 0) return leave(sources.feeds, feed, receiver);
    // It was read after the feed's seq was noted: an older one comes from a log that doesn't know its own end.
    if (head < noted) throw new Unavailable("the log is behind its feed");
    // The sight may be read ahead of the feed: lines up to its head are held too, or they would go out whole as live ones.
    // Whoever reads the log sees a record a little before the feed is told: most need no reading.
    if (head > feed.seq) await sources.feeds.arrival();
    await feed.reach(head);
    const outcome = await bring(feed, receiver, sight, epoch ?? feed.epoch, cursor, noted);
    if (!("live" in outcome)) feed.detach(receiver);
    return outcome;
  } catch (error) {
    feed.detach(receiver);
    throw error;
  } finally {
    if (feed.size === 0) sources.feeds.idle(room);
  }
}

function leave(feeds: Feeds, feed: Feed, receiver: Receiver): Attached {
  feed.detach(receiver);
  feeds.drop(feed.room);
  return { refused: "not-found" };
}

async function bring(
  feed: Feed,
  receiver: Receiver,
  sight: Sight,
  epoch: string,
  cursor: Cursor | null,
  noted: Seq,
): Promise<Attached> {
  feed.epoch = epoch;
  const known = cursor !== null && cursor[0] === epoch ? cursor[1] : null;
  if (cursor !== null && known === null) push(receiver, { t: "epoch", room: feed.room, epoch });
  const closing = closedAt(sight);
  // A former member is served from the documents and the log, and is never live.
  const end = closing === null ? Math.max(noted, await reached(feed, known)) : closing - 1;
  if (known !== null && known > end) return closing === null ? { void: true } : { refused: "left" };
  await send(feed, receiver, sight, known, closing === null ? noted : end);
  if (closing !== null || !feed.release(receiver, sight)) return { refused: "left" };
  return { live: [epoch, feed.seq] };
}

/** A cursor above the feed: maybe the feed is behind. */
async function reached(feed: Feed, known: Seq | null): Promise<Seq> {
  if (known !== null && known > feed.seq) await feed.reach(known);
  return feed.seq;
}

/** Sends (known, end], or the newest page and what is missing before it. */
async function send(
  feed: Feed,
  receiver: Receiver,
  sight: Sight,
  known: Seq | null,
  end: Seq,
): Promise<void> {
  let after = known ?? 0;
  const tooFar = known === null ? end > limits.newestPage : end - after > limits.resumeEventsMax;
  if (tooFar) {
    const to = end - limits.newestPage;
    const { room, epoch } = feed;
    push(receiver, { t: "limited", room, epoch, from: after + 1, to, head: end });
    after = to;
  }
  let most: number = limits.sliceEventsMax;
  while (after < end) {
    await receiver.ready();
    const read = await linesAfter(feed, after, Math.min(end, after + most));
    const lines = withinBytes(read);
    // Of long lines few fit: the rest of them would be read again and again.
    most = Math.min(limits.sliceEventsMax, 2 * lines.length);
    const last = lines.at(-1);
    if (last === undefined) throw new Error("a slice of a resume came back empty");
    receiver.push(feed.slice(lines, receiver, sight));
    after = last.seq;
  }
}

/** The first of these lines, about as many as a resume may hold at once; what is left is read again when there is room. */
function withinBytes(lines: readonly KnownLine[]): readonly KnownLine[] {
  let bytes = 0;
  const end = lines.findIndex(({ line }) => {
    bytes += line.length;
    return bytes >= limits.resumeBytesMax;
  });
  return end === -1 ? lines : lines.slice(0, end + 1);
}

async function linesAfter(feed: Feed, after: Seq, upTo: Seq): Promise<KnownLine[]> {
  const recalled = await feed.recall(after, upTo);
  if (recalled !== null) return recalled;
  const { lines } = await feed.read(after, upTo - after);
  return lines;
}

function push(receiver: Receiver, frame: ServerFrame): void {
  receiver.push(JSON.stringify(frame));
}
