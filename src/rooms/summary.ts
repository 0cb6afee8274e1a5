/** What a chat list shows of a room: settings, watermarks, unread counts, the newest visible post. */

import { limits } from "../../actors/limits.ts";
import type { Mark, Millis, RoomDoc, RoomId, Seq, Store, UserId } from "../../actors/ports.ts";
import type { Sources } from "../../actors/room/catch-up.ts";
import { eventOf, headOf } from "../../actors/room/frame.ts";
import type { Membership, RoomKind, RoomSettings } from "../../actors/room/model.ts";
import { lastSeen, sees } from "../../actors/room/sight.ts";
import type { Access } from "./access.ts";
import { horizon, pageOf } from "./history.ts";

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

/** Posts that are looked at for the newest one: what lies above it was deleted just now, or is out of sight. */
const newestTriesMax = 20;

/** null when the room says nothing to this user. The documents have everything that `access` was read from. */
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
    mentionsIn(sources, room, access, { after, upTo, limit: more }),
  ]);
  const counted = unread.more ? more : unread.seqs.length;
  return { read, delivered, unread: counted, mentions: mentions.length, seq: upTo };
}

interface Part {
  after: Seq;
  upTo: Seq;
  limit: number;
}

/** Posts that mention the viewer. A former member's are those of the end: no later edit gives or takes one (P5). */
export async function mentionsIn(
  { store: { messages } }: SummarySources,
  room: RoomId,
  { sight: { user, role } }: Access,
  { after, upTo, limit }: Part,
): Promise<Seq[]> {
  const now = await messages.mentions(room, user, after, upTo, limit);
  if (role !== null) return now;
  const edited = new Set(await messages.edited(room, after, upTo, upTo, limit));
  const seqs = now.filter((seq) => !edited.has(seq));
  for (const post of edited) {
    const [version] = await messages.versions(room, post, upTo + 1, 1);
    const [stored] = version === undefined ? [] : await messages.range(room, version.seq, version.seq, 1);
    if (stored !== undefined && mentions(stored.line, user)) seqs.push(post);
  }
  return seqs.sort((a, b) => a - b).slice(0, limit);
}

function mentions(line: string, user: UserId): boolean {
  const event = eventOf(line);
  return "mentions" in event && event.mentions?.includes(user) === true;
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
  let upTo = horizon(access);
  for (let tries = 0; tries < newestTriesMax; tries++) {
    const seen = lastSeen(access.sight, upTo);
    const seq = seen === null ? null : await sources.store.messages.newestPost(room, seen);
    if (seq === null) return null;
    const post = sees(access.sight, seq) ? await postAt(sources, room, access, seq) : null;
    if (post !== null) return post;
    upTo = seq - 1;
  }
  return null;
}

/** As the log says it is now: null when it was deleted. */
async function postAt(sources: Sources, room: RoomId, access: Access, seq: Seq): Promise<Summary["last"]> {
  const { entries, fields } = await pageOf(sources, room, access, { after: seq - 1, limit: 1 });
  const [post] = entries;
  if (post === undefined || !("kind" in post) || post.kind !== "posted") return null;
  return { seq, by: post.by, at: post.at, text: fields[0]?.edit?.text ?? post.text };
}

async function peerOf(sources: SummarySources, room: RoomId, user: UserId): Promise<UserId | null> {
  const members = await sources.store.memberships.ofRoom(room, "", 2);
  return members.find((member) => member.user !== user)?.user ?? null;
}
