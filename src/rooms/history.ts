/**
 * Pages of a room: every seq resolved, and what later events set on its posts. Read in the order checkpoint → documents →
 * head → tail, with the tail's edits, reactions and tombstones applied, so a read that begins after an ack includes it.
 */

import type { Epoch, Fields, RoomId, Seq } from "../../actors/ports.ts";
import { catchUp, type Sources } from "../../actors/room/catch-up.ts";
import type { StampedEvent, Tombstone } from "../../actors/room/events.ts";
import { type Entry, eventOf } from "../../actors/room/frame.ts";
import { closedAt, entriesFor, lastSeen, type Sight, sees } from "../../actors/room/sight.ts";
import type { Access } from "./access.ts";

export interface Page {
  room: RoomId;
  epoch: Epoch;
  /** Highest seq that this viewer may know of. */
  head: Seq;
  from: Seq;
  /** from > to: an empty page. */
  to: Seq;
  entries: Entry[];
  fields: Fields[];
}

export interface Where {
  before?: Seq | undefined;
  after?: Seq | undefined;
  around?: Seq | undefined;
  limit: number;
}

/** An event of the log's tail. */
export type Later = StampedEvent | Tombstone;

/** Highest seq that this sight knows of: for a former member the event that closed it. */
export function horizon({ sight, head }: Access): Seq {
  const closing = closedAt(sight);
  return closing === null ? head : Math.min(head, closing - 1);
}

export async function pageOf(sources: Sources, room: RoomId, access: Access, where: Where): Promise<Page> {
  const head = horizon(access);
  const [from, to] = boundsOf(where, head);
  const page: Page = { room, epoch: access.epoch ?? "", head, from, to, entries: [], fields: [] };
  if (from > to) return page;
  const { messages, projection } = sources.store;
  const checkpoint = await projection.checkpoint(sources.log.streamOf(room));
  const seqs = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const stored = await messages.fields(room, seqs);
  const later: Later[] = [];
  const { lines } = await catchUp(sources, room, from - 1, seqs.length, {
    checkpoint,
    met: keepLater(later),
  });
  const viewer = { user: access.sight.user, connection: null };
  page.entries = entriesFor(lines, viewer, access.sight).map((entry) => JSON.parse(entry) as Entry);
  const posts = page.entries.filter((entry) => "kind" in entry && entry.kind === "posted");
  const shown = new Set(posts.map(({ seq }) => seq));
  page.fields = await fieldsOf(sources, room, shown, stored, later, access.sight);
  return page;
}

function boundsOf({ before, after, around, limit }: Where, head: Seq): [Seq, Seq] {
  if (after !== undefined) return [after + 1, Math.min(head, after + limit)];
  if (around !== undefined) {
    const from = Math.max(1, Math.min(around - Math.floor(limit / 2), head - limit + 1));
    return [from, Math.min(head, from + limit - 1)];
  }
  const to = before === undefined ? head : Math.min(head, before - 1);
  return [Math.max(1, to - limit + 1), to];
}

/** What later events set on these posts, as far as this viewer may know of those events. */
async function fieldsOf(
  sources: Sources,
  room: RoomId,
  posts: ReadonlySet<Seq>,
  stored: readonly Fields[],
  later: readonly Later[],
  sight: Sight,
): Promise<Fields[]> {
  const seen = await Promise.all(
    stored
      .filter(({ seq }) => posts.has(seq))
      .map(async (fields) => ({ ...fields, edit: await seenEdit(sources, room, fields, sight) })),
  );
  const bySeq = new Map(seen.map((fields) => [fields.seq, fields]));
  for (const event of later) {
    // A hidden edit leaves the one before it standing; of a reaction the newest event counts, seen or not.
    if (event.kind === "reacted" || knows(sight, event.seq)) applyLater(bySeq, posts, event);
  }
  return [...bySeq.values()]
    .map((fields) => withoutUnseen(fields, sight))
    .filter(({ edit, reactions }) => edit !== null || reactions.length > 0);
}

/** Above the seq at which the sight was read, nobody knows whether the viewer is still in. */
function knows(sight: Sight, seq: Seq): boolean {
  return seq <= sight.asOf && sees(sight, seq);
}

/** For `catchUp`: keeps what the log holds above the documents about earlier messages. */
export const keepLater = (later: Later[]) => (line: string) => {
  if (line.includes('"target":')) later.push(eventOf(line));
};

function applyLater(bySeq: Map<Seq, Fields>, posts: ReadonlySet<Seq>, event: Later): void {
  if ((event.kind !== "edited" && event.kind !== "reacted") || !posts.has(event.target)) return;
  const fields = bySeq.get(event.target) ?? { seq: event.target, edit: null, reactions: [] };
  bySeq.set(event.target, fields);
  if (event.kind === "edited") {
    const { seq, text, at, mentions = [] } = event;
    if (seq > (fields.edit?.seq ?? 0)) fields.edit = { seq, text, at, mentions };
    return;
  }
  const { key, by, seq, on } = event;
  const reaction = fields.reactions.find((one) => one.key === key) ?? { key, users: [], seqs: [] };
  const place = reaction.users.indexOf(by);
  if (place >= 0) {
    reaction.users.splice(place, 1);
    reaction.seqs.splice(place, 1);
  }
  if (on) {
    reaction.users.push(by);
    reaction.seqs.push(seq);
  }
  fields.reactions = fields.reactions.filter((one) => one.key !== key);
  if (reaction.users.length > 0) fields.reactions.push(reaction);
}

/** The newest edit that this viewer may see: one that was made out of sight must not show (P5). */
async function seenEdit(
  sources: Sources,
  room: RoomId,
  { seq: post, edit }: Fields,
  sight: Sight,
): Promise<Fields["edit"]> {
  if (edit === null || knows(sight, edit.seq)) return edit;
  const last = await seenVersion(sources, room, post, edit.seq, sight);
  if (last === null) return null;
  const [stored] = await sources.store.messages.range(room, last.seq, last.seq, 1);
  const event = stored === undefined ? null : eventOf(stored.line);
  return { ...last, mentions: event?.kind === "edited" ? (event.mentions ?? []) : [] };
}

/** The newest one before a seq that isn't the first text. Of those out of sight it passes over all that lie together. */
async function seenVersion({ store }: Sources, room: RoomId, post: Seq, before: Seq, sight: Sight) {
  for (let below = before; ; ) {
    const [version] = await store.messages.versions(room, post, below, 1);
    if (version === undefined || version.seq <= post) return null;
    if (knows(sight, version.seq)) return version;
    below = (lastSeen(sight, Math.min(version.seq - 1, sight.asOf)) ?? 0) + 1;
  }
}

function withoutUnseen({ seq, edit, reactions, more }: Fields, sight: Sight): Fields {
  const end = closedAt(sight) ?? Number.MAX_SAFE_INTEGER;
  // They come oldest first: where one that is listed lies beyond the end, so do all that aren't.
  const beyond = reactions.some(({ seqs }) => seqs.some((at) => at >= end));
  const seen = seenReactions(reactions, sight);
  return { seq, edit, reactions: seen, ...(more && !beyond && { more }) };
}

function seenReactions(reactions: Fields["reactions"], sight: Sight): Fields["reactions"] {
  return reactions
    .map(({ key, users, seqs }) => {
      const seen = seqs.map((seq) => knows(sight, seq));
      return { key, users: users.filter((_, i) => seen[i]), seqs: seqs.filter((_, i) => seen[i]) };
    })
    .filter(({ users }) => users.length > 0);
}
