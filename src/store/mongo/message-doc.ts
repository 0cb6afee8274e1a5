/**
 * A document of `messages`, as knowledge about one seq that grows: whatever is known is joined to what was known before, so
 * that order and repetition make no difference. Rules: merge/message.ts.
 */
import type { Document } from "mongodb";
import type { RoomId } from "../../../actors/ports.ts";
import { type EventPart, type MessageRow, mentionsOf, tombstoneLine } from "../merge/message.ts";
import type { EventDoc, MessageDoc } from "./schema.ts";

const literal = (value: unknown) => ({ $literal: value });
const isGone = { $gt: ["$gone", null] };
const isStandingPost = { $and: [{ $eq: ["$event.kind", "posted"] }, { $not: [isGone] }] };

/** The document of a seq of which nothing else is known. */
export function documentOf(room: RoomId, row: MessageRow): MessageDoc {
  const { seq, event, edit, gone } = row;
  const mentions = mentionsOf(row);
  return {
    _id: { room, seq },
    ...(event !== null && { event: eventDocOf(event, gone !== null) }),
    ...(edit !== null && { edit }),
    ...(gone !== null && { gone }),
    ...(event?.kind === "posted" && gone === null && { post: event.by }),
    ...(mentions.length > 0 && { mentions: [...mentions] }),
  };
}

/** A pipeline that joins what a row knows to whatever document there is. */
export function joining(row: MessageRow): Document[] {
  return row.gone === null ? joiningLive(row) : joiningGone(row, row.gone);
}

function joiningLive({ event, edit }: MessageRow): Document[] {
  return [
    {
      $set: {
        ...(event !== null && {
          event: {
            $ifNull: [
              "$event",
              { $cond: [isGone, literal(eventDocOf(event, true)), literal(eventDocOf(event, false))] },
            ],
          },
        }),
        ...(edit !== null && {
          edit: {
            $cond: [{ $or: [isGone, { $gte: ["$edit.seq", edit.seq] }] }, "$edit", literal(edit)],
          },
        }),
      },
    },
    {
      $set: {
        post: { $cond: [isStandingPost, "$event.by", "$$REMOVE"] },
        mentions: {
          $filter: {
            input: { $ifNull: ["$edit.mentions", "$event.mentions", []] },
            as: "user",
            cond: { $and: [isStandingPost, { $ne: ["$$user", "$event.by"] }] },
          },
        },
      },
    },
    { $set: { mentions: { $cond: [{ $eq: ["$mentions", []] }, "$$REMOVE", "$mentions"] } } },
  ];
}

function joiningGone({ event }: MessageRow, gone: number): Document[] {
  return [
    {
      $set: {
        gone: { $min: ["$gone", gone] },
        ...(event !== null && { event: { $ifNull: ["$event", literal(eventDocOf(event, true))] } }),
      },
    },
    { $unset: ["event.line", "event.origin", "event.mentions", "edit", "post", "mentions"] },
  ];
}

function eventDocOf(event: EventPart, gone: boolean): EventDoc {
  const { line, at, ord, by, kind, cid, hash, origin, n, target, mentions } = event;
  return {
    ...{ at, ord, by, kind, n },
    ...(cid !== null && { cid }),
    ...(hash !== null && { hash }),
    ...(target !== null && { target }),
    ...(!gone && { line }),
    ...(!gone && origin !== null && { origin }),
    ...(!gone && mentions.length > 0 && { mentions }),
  };
}

/** The line as it is now: a deleted event's is made from what stayed of it. */
export function lineIn({ _id: { seq }, event, gone }: MessageDoc): string {
  if (event === undefined) throw new Error("a seq without its event has no line");
  return gone === undefined ? (event.line ?? "") : tombstoneLine(seq, event, gone);
}

/** As the other stores keep it: what is absent is null. */
export function messageRowOf(document: MessageDoc): MessageRow {
  const { _id, event, edit = null, gone = null } = document;
  return {
    seq: _id.seq,
    event: event === undefined ? null : { ...nothing, ...event, line: lineIn(document) },
    edit,
    gone,
  };
}

const nothing = { cid: null, hash: null, origin: null, target: null, mentions: [] };
