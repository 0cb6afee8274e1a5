/** What reading a room must answer: pages, versions, counts, the line in a chat list. */
import type { Entry } from "../../../actors/room/frame.ts";
import type { ModelRoom } from "./room.ts";
import { goneAt, horizon, intervals, isMember, resolved, shown, visible } from "./sight.ts";

export interface Where {
  before?: number;
  after?: number;
  around?: number;
  limit: number;
}

export interface Fields {
  seq: number;
  edit: { seq: number; text: string; at: number; mentions: readonly string[] } | null;
  reactions: { key: string; users: string[] }[];
}

export interface Page {
  head: number;
  from: number;
  to: number;
  entries: Entry[];
  fields: Fields[];
}

/** null: the room says nothing to them. */
export function pageOf(room: ModelRoom, user: string, where: Where): Page | null {
  const head = horizon(room, user);
  if (head === 0) return null;
  const [from, to] = boundsOf(where, head);
  const entries: Entry[] = [];
  const fields: Fields[] = [];
  for (let seq = from; seq <= to; seq++) {
    if (!shown(room, user, seq)) hide(entries, seq);
    else entries.push(seenBy(room, user, seq));
    const set = visible(room, user, seq) ? fieldsOf(room, user, seq) : null;
    if (set !== null && (set.edit !== null || set.reactions.length > 0)) fields.push(set);
  }
  return { head, from, to, entries, fields };
}

function boundsOf({ before, after, around, limit }: Where, head: number): [number, number] {
  if (after !== undefined) return [after + 1, Math.min(head, after + limit)];
  if (around !== undefined) {
    const from = Math.max(1, Math.min(around - Math.floor(limit / 2), head - limit + 1));
    return [from, Math.min(head, from + limit - 1)];
  }
  const to = before === undefined ? head : Math.min(head, before - 1);
  return [Math.max(1, to - limit + 1), to];
}

function hide(entries: Entry[], seq: number): void {
  const last = entries.at(-1);
  if (last !== undefined && "void" in last) last.void[1] = seq;
  else entries.push({ void: [seq, seq] });
}

/** The event or tombstone; with its cid for the sender. */
export function seenBy(room: ModelRoom, user: string, seq: number): Entry {
  const event = resolved(room, seq);
  const cid = room.cids.get(seq);
  return event.by === user && cid !== undefined ? { ...event, cid } : event;
}

/** What later events set on a post, as far as this user sees those events; null when it isn't a post any more. */
export function fieldsOf(room: ModelRoom, user: string, seq: number): Fields | null {
  if (room.event(seq).kind !== "posted" || goneAt(room, seq) !== null) return null;
  const fields: Fields = { seq, edit: null, reactions: [] };
  const stands = new Map<string, { key: string; by: string; on: boolean }>();
  for (const event of room.upTo()) {
    if (!("target" in event) || event.target !== seq) continue;
    const seen = visible(room, user, event.seq);
    if (event.kind === "edited" && seen) {
      const { text, at, mentions = [] } = event;
      fields.edit = { seq: event.seq, text, at, mentions };
    }
    if (event.kind !== "reacted") continue;
    // The newest stand counts, and shows only to those who see it.
    const { by, key, on } = event;
    stands.delete(`${by} ${key}`);
    stands.set(`${by} ${key}`, { key, by, on: on && seen });
  }
  for (const { key, by, on } of stands.values()) {
    if (!on) continue;
    const reaction = fields.reactions.find((one) => one.key === key);
    if (reaction === undefined) fields.reactions.push({ key, users: [by] });
    else reaction.users.push(by);
  }
  return fields;
}

/** Versions that a newer one, which the user sees, has replaced; oldest first. null: they see no such message. */
export function versionsOf(
  room: ModelRoom,
  user: string,
  seq: number,
): { seq: number; text: string; at: number }[] | null {
  if (seq > horizon(room, user) || !visible(room, user, seq)) return null;
  if (resolved(room, seq).kind !== "posted") return null;
  const versions = room.upTo().flatMap((event) => {
    const of = event.kind === "posted" ? event.seq : event.kind === "edited" ? event.target : 0;
    if (of !== seq || !visible(room, user, event.seq) || !("text" in event)) return [];
    return [{ seq: event.seq, text: event.text, at: event.at }];
  });
  return versions.slice(0, -1);
}

export interface Badge {
  seqs: number[];
  mentions: number[];
}

/**
 * Posts above the read mark that are for the user, as of a seq: what came after it doesn't count, deletions included.
 * To a former member later deletions count, since their pages show them (ADR 4), and later edits don't.
 * `head`: what had happened when it was asked.
 */
export function unread(room: ModelRoom, user: string, read: number, asOf: number, head = room.head): Badge {
  const after = Math.max(read, (intervals(room, user, head).at(-1)?.[0] ?? 1) - 1);
  const badge: Badge = { seqs: [], mentions: [] };
  const told = isMember(room, user, head) ? asOf : head;
  for (let seq = after + 1; seq <= asOf; seq++) {
    const event = room.event(seq);
    const gone = goneAt(room, seq);
    if (event.kind !== "posted" || event.by === user || (gone !== null && gone <= told)) continue;
    badge.seqs.push(seq);
    const edit = room.upTo(asOf).findLast((each) => each.kind === "edited" && each.target === seq);
    const mentions = edit?.kind === "edited" ? edit.mentions : event.mentions;
    if (mentions?.includes(user)) badge.mentions.push(seq);
  }
  return badge;
}

/** The newest post that they see, with its newest text. */
export function newestPost(
  room: ModelRoom,
  user: string,
): { seq: number; by: string; at: number; text: string } | null {
  for (let seq = horizon(room, user); seq > 0; seq--) {
    const event = resolved(room, seq);
    if (event.kind !== "posted" || !visible(room, user, seq)) continue;
    const text = fieldsOf(room, user, seq)?.edit?.text ?? event.text;
    return { seq, by: event.by, at: event.at, text };
  }
  return null;
}

/** More reads as this. */
const unreadMax = 1_001;

/** How a chat list shows the room; null when it doesn't. A former member knows of it what was so at the end. */
export function summaryOf(room: ModelRoom, user: string, mark: { read: number; delivered: number }) {
  const head = horizon(room, user);
  if (head === 0) return null;
  const { kind, name, about, history, join, members } = room.state(head);
  const { seqs, mentions } = unread(room, user, mark.read, head);
  return {
    room: room.id,
    epoch: room.epoch,
    kind,
    name,
    about,
    history,
    join,
    members: isMember(room, user) ? members.size : 0,
    head,
    seq: head,
    at: room.event(head).at,
    role: isMember(room, user) ? (members.get(user) ?? null) : null,
    peer: room.pair?.find((one) => one !== user) ?? null,
    last: newestPost(room, user),
    ...mark,
    unread: Math.min(seqs.length, unreadMax),
    mentions: Math.min(mentions.length, unreadMax),
  };
}
