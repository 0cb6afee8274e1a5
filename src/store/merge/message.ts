/**
 * What the projection knows of one seq, and how writes change it. Writes may come twice and in any
 * order: an event is immutable, an edit yields only to a newer one, a tombstone beats everything.
 */
import type { Cid, ConnectionId, Millis, RoomId, Seq, UserId, Write } from "../../../actors/ports.ts";
import { eventOf, lineOf } from "../../../actors/room/frame.ts";

type EventWrite = Extract<Write, { t: "event" }>;
type EditWrite = Extract<Write, { t: "edit" }>;

export interface EventPart {
  line: string;
  at: Millis;
  ord: number;
  by: UserId;
  kind: string;
  cid: Cid | null;
  hash: string | null;
  origin: ConnectionId | null;
  n: number;
  target: Seq | null;
  mentions: readonly UserId[];
}

export interface EditPart {
  seq: Seq;
  text: string;
  at: Millis;
  mentions: readonly UserId[];
}

export interface MessageRow {
  seq: Seq;
  /** null: something about this seq came before its event. */
  event: EventPart | null;
  edit: EditPart | null;
  /** Seq of the deletion. */
  gone: Seq | null;
}

export function emptyMessage(seq: Seq): MessageRow {
  return { seq, event: null, edit: null, gone: null };
}

export function withEvent(row: MessageRow, write: EventWrite): MessageRow {
  if (row.event !== null) return row;
  const { line, at, ord, by, kind, cid, hash, origin, n, target, mentions } = write;
  const event = { line, at, ord, by, kind, cid, hash, origin, n, target, mentions };
  return { ...row, event: row.gone === null ? event : withoutContent(event, row.seq, row.gone) };
}

export function withEdit(row: MessageRow, { seq, text, at, mentions }: EditWrite): MessageRow {
  if (row.gone !== null || (row.edit !== null && row.edit.seq >= seq)) return row;
  return { ...row, edit: { seq, text, at, mentions } };
}

/** The first deletion holds: once a seq resolves to a tombstone, it always resolves to that one. */
export function withTombstone(row: MessageRow, deleted: Seq): MessageRow {
  if (row.gone !== null && row.gone <= deleted) return row;
  const event = row.event && withoutContent(row.event, row.seq, deleted);
  return { seq: row.seq, event, edit: null, gone: deleted };
}

/** What makes this row of an empty one. */
export function writesOfMessage(room: RoomId, { seq, event, edit, gone }: MessageRow): Write[] {
  return [
    ...(event === null ? [] : [{ t: "event", room, seq, ...event } as const]),
    ...(edit === null ? [] : [{ t: "edit", room, target: seq, ...edit } as const]),
    ...(gone === null ? [] : [{ t: "tombstone", room, target: seq, seq: gone } as const]),
  ];
}

/** Sender, cid and hash stay, so that a retry is still recognised; the origin goes, so that nobody gets a stub. */
function withoutContent(event: EventPart, seq: Seq, deleted: Seq): EventPart {
  return { ...event, line: tombstoneLine(seq, event, deleted), origin: null, mentions: [] };
}

/** What a line becomes once event `deleted` took its content. */
export function tombstoneLine(
  seq: Seq,
  { at, ord, by }: Pick<EventPart, "at" | "ord" | "by">,
  deleted: Seq,
): string {
  return lineOf({ seq, at, ord, by, kind: "tombstone", deleted });
}

/** Whom a post mentions now, its author apart. */
export function mentionsOf(row: MessageRow): readonly UserId[] {
  if (row.event?.kind !== "posted" || row.gone !== null) return [];
  const { by, mentions } = row.event;
  return (row.edit?.mentions ?? mentions).filter((user) => user !== by);
}

/** What a line said: of a post or of an edit. */
export function versionOf(line: string): { seq: Seq; text: string; at: Millis } {
  const event = eventOf(line);
  return { seq: event.seq, text: "text" in event ? event.text : "", at: event.at };
}

/** Kinds of events that set something of the room itself. */
export const settingKinds = ["created", "renamed", "described", "history", "access"] as const;
