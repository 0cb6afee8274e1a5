import type { Cid, ConnectionId, Millis, Seq, UserId } from "../../../actors/ports.ts";
import type { EditPart, MessageRow } from "../merge/message.ts";

/** A row of `messages`, without its room. The event's columns are NULL together. */
export interface MessageColumns {
  seq: Seq;
  line: string | null;
  at: Millis | null;
  ord: number | null;
  by: UserId | null;
  kind: string | null;
  cid: Cid | null;
  hash: string | null;
  origin: ConnectionId | null;
  n: number | null;
  target: Seq | null;
  /** JSON, NULL when there are none. */
  mentions: string | null;
  /** JSON. */
  edit: string | null;
  gone: Seq | null;
}

/** In the order of `valuesOf`. */
export const messageColumns = `seq, line, at, ord, "by", kind, cid, hash, origin, n, target, mentions, edit, gone`;

export type MessageValues = (string | number | null)[];

export function valuesOf({ seq, event, edit, gone }: MessageRow): MessageValues {
  const { line, at, ord, by, kind, cid, hash, origin, n, target, mentions } = event ?? nothing;
  return [
    ...[seq, line, at, ord, by, kind, cid, hash, origin, n, target],
    mentions.length > 0 ? JSON.stringify(mentions) : null,
    edit && JSON.stringify(edit),
    gone,
  ];
}

const nothing = {
  ...{ line: null, at: null, ord: null, by: null, kind: null, cid: null },
  ...{ hash: null, origin: null, n: null, target: null, mentions: [] },
};

export function messageOf(columns: MessageColumns): MessageRow {
  const { seq, line, at, ord, by, kind, n, gone } = columns;
  const whole = line !== null && at !== null && ord !== null && by !== null && kind !== null && n !== null;
  const { cid, hash, origin, target } = columns;
  const mentions = mentionsIn(columns.mentions);
  return {
    seq,
    event: whole ? { line, at, ord, by, kind, cid, hash, origin, n, target, mentions } : null,
    edit: editIn(columns.edit),
    gone,
  };
}

const mentionsIn = (json: string | null): UserId[] => (json === null ? [] : (JSON.parse(json) as UserId[]));

export function editIn(json: string | null): EditPart | null {
  return json === null ? null : (JSON.parse(json) as EditPart);
}
