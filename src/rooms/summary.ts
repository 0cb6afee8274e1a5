/** What a chat list shows of a room: settings, watermarks, unread counts, the newest visible post. */

import { limits } from "../../actors/limits.ts";
import type { Mark, Millis, RoomDoc, RoomId, Seq, Store, UserId } from "../../actors/ports.ts";
import { catchUp, type Sources } from "../../actors/room/catch-up.ts";
import { eventOf, headOf } from "../../actors/room/frame.ts";
import type { Membership, RoomKind, RoomSettings } from "../../actors/room/model.ts";
import { sees } from "../../actors/room/sight.ts";
import type { Access } from "./access.ts";
import { horizon } from "./history.ts";

export interface Unread {
  read: Seq;
  delivered: Seq;
  /** At most unreadExactMax + 1, which reads as "more". */
  unread: number;
  mentions: number;
  /** As of this seq: later events are the client's to count. */
  seq: Seq;
}

export interface Summary extends RoomSettings, Omit<Unread, "seq"> {
  room: RoomId;
  epoch: string;
  kind: RoomKind;
  /** 0 for a former member. */
  members: number;
  head: Seq;
  /** Unread counts are as of this seq. */
  seq: Seq;
  at: Millis;
  role: Membership["role"];
  /** The other user of a direct room. */
  peer: UserId | null;
  last: { seq: Seq; by: UserId; at: Millis; text: string } | null;
}

export type SummarySources = Sources & {
  store: Pick<Store, "messages" | "projection" | "receipts" | "memberships">;
};

/** Events that are looked through for the newest post: mostly it is among the first of these numbers. */
const lookBacks = [20, 1_000];

/** null when the room says nothing to this user. */
export async function summaryOf(
  sources: SummarySources,
  room: RoomId,
  access: Access,
): Promise<Summary | null> {
  const { document, sight, epoch } = access;
  if (document === null || epoch === null || sight.intervals.length === 0) return null;
  const user = sight.user;
  const [last, unread, peer] = await Promise.all([
    newestPost(sources, room, access),
    unreadOf(sources, room, access),
    document.kind === "direct" ? peerOf(sources, room, user) : null,
  ]);
  const { kind } = document;
  const { role } = sight;
  const head = horizon(access);
  const settings = role === null ? await settingsAt(sources, room, head) : settingsNow(document);
  return { room, epoch, kind, ...settings, head, role, peer, last, ...unread };
}

type Shown = RoomSettings & Pick<Summary, "members" | "at">;

function settingsNow({ name, about, history, join, members, at }: RoomDoc): Shown {
  return { name, about, history, join, members, at };
}

/** To a former member the room stays what it was at the end; how many are in it is no longer theirs to know (P5). */
async function settingsAt({ store }: SummarySources, room: RoomId, closing: Seq): Promise<Shown> {
  const shown: Shown = { name: "", about: "", history: "everyone", join: "closed", members: 0, at: 0 };
  for (const { line } of await store.messages.settings(room, closing)) {
    const event = eventOf(line);
    if (event.kind === "created") {
      const { name, about, history, join } = event.room;
      Object.assign(shown, { name, about, history, join });
    } else if (event.kind === "renamed") shown.name = event.name;
    else if (event.kind === "described") shown.about = event.about;
    else if (event.kind === "history") shown.history = event.history;
    else if (event.kind === "access") shown.join = event.join;
  }
  const [last] = await store.messages.range(room, closing, closing, 1);
  if (last !== undefined) shown.at = headOf(last.line).at;
  return shown;
}

/** Counted from seqs: posts above the read mark that are visible, not one's own and not deleted. */
export async function unreadOf(sources: SummarySources, room: RoomId, access: Access): Promise<Unread> {
  const { sight, document } = access;
  const user = sight.user;
  const [mark] = await sources.store.receipts.ofUser(user, [room]);
  const { read, delivered } = mark ?? { read: 0, delivered: 0 };
  const upTo = Math.min(horizon(access), document?.seq ?? 0);
  const after = unreadAfter(access, read);
  const { messages } = sources.store;
  const more = limits.unreadExactMax + 1;
  const [unread, mentions] = await Promise.all([
    messages.unread(room, user, after, upTo, limits.unreadExactMax, limits.unreadLookMax),
    messages.mentions(room, user, after, upTo, more),
  ]);
  const counted = unread.more ? more : unread.seqs.length;
  return { read, delivered, unread: counted, mentions: mentions.length, seq: upTo };
}

/** What lay there before one's newest joining was never unread. */
export function unreadAfter({ sight }: Access, read: Seq): Seq {
  return Math.max(read, (sight.intervals.at(-1)?.[0] ?? 1) - 1);
}

/** Merged watermarks can't pass what the user may see. */
export function clamp(access: Access, mark: Mark): Mark {
  const top = horizon(access);
  return { ...mark, delivered: Math.min(mark.delivered, top), read: Math.min(mark.read, top) };
}

async function newestPost(sources: Sources, room: RoomId, access: Access): Promise<Summary["last"]> {
  const head = horizon(access);
  for (const lookBack of lookBacks) {
    const after = Math.max(0, head - lookBack);
    const { lines } = await catchUp(sources, room, after, head - after);
    const events = lines.map(({ line }) => eventOf(line)).filter(({ seq }) => sees(access.sight, seq));
    const post = events.findLast((event) => event.kind === "posted");
    if (post === undefined || post.kind !== "posted") continue;
    const edit = events.findLast((event) => event.kind === "edited" && event.target === post.seq);
    const text = edit?.kind === "edited" ? edit.text : post.text;
    return { seq: post.seq, by: post.by, at: post.at, text };
  }
  return null;
}

async function peerOf(sources: SummarySources, room: RoomId, user: UserId): Promise<UserId | null> {
  const members = await sources.store.memberships.ofRoom(room, "", 2);
  return members.find((member) => member.user !== user)?.user ?? null;
}
