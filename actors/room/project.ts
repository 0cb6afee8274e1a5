/** What one record means for the documents: a pure list of writes, each idempotent and safe in any order. */

import type { LogRecord, RoomDoc, RoomId, UserId, Write } from "../ports.ts";
import type { StampedEvent } from "./events.ts";
import { eventOf, linesOf, type Part, partsOf } from "./frame.ts";
import type { Role } from "./model.ts";

/** @throws NewerFormat when this version would misread the record */
export function project(record: LogRecord): Write[] {
  const { parts, closed } = partsOf(record);
  const { room } = record;
  const writes: Write[] = [];
  for (const [i, line] of linesOf(record.frame).entries()) {
    // The actor writes events only; tombstones are made from them.
    const event = eventOf(line) as StampedEvent;
    writes.push(eventWrite(room, event, line, parts[i] as Part), ...effects(room, record, event));
  }
  const last = writes.findLast((write) => write.t === "event");
  if (last !== undefined && last.t === "event") {
    writes.push({ t: "room", room, seq: last.seq, at: last.at, ord: last.ord, change: {} });
  }
  for (const { by, cid, hash } of closed ?? []) writes.push({ t: "closed", room, sender: by, cid, hash });
  return writes;
}

function eventWrite(room: RoomId, event: StampedEvent, line: string, part: Part): Write {
  const { seq, at, ord, by, kind } = event;
  return {
    t: "event",
    room,
    seq,
    at,
    ord,
    by,
    kind,
    line,
    cid: part.cid ?? null,
    hash: part.hash ?? null,
    origin: part.origin ?? null,
    n: part.n ?? 1,
    target: "target" in event ? event.target : null,
    mentions: kind === "posted" ? (event.mentions ?? []) : [],
  };
}

/** What the event changes beyond its own document. */
function effects(room: RoomId, record: LogRecord, event: StampedEvent): Write[] {
  const { seq, at, by } = event;
  switch (event.kind) {
    case "created":
      return [
        roomWrite(room, event, {
          ...event.room,
          id: room,
          epoch: record.epoch,
          createdAt: at,
        }),
        ...event.members.map(({ user, role }) => enter(room, user, seq, role)),
      ];
    case "edited": {
      const { target, text, mentions = [] } = event;
      return [{ t: "edit", room, target, seq, text, at, mentions }];
    }
    case "deleted":
      return [{ t: "tombstone", room, target: event.target, seq }];
    case "reacted": {
      const { target, key, on } = event;
      return [{ t: "reaction", room, target, user: by, key, seq, on }];
    }
    case "joined":
      return [enter(room, by, seq, event.role)];
    case "added":
      return [enter(room, event.user, seq, event.role)];
    case "left":
      return [exit(room, by, seq, false)];
    case "removed":
      return [exit(room, event.user, seq, false)];
    case "banned":
      return [exit(room, event.user, seq, true)];
    case "unbanned":
      return [{ t: "membership", room, user: event.user, seq, role: null, banned: false, interval: "keep" }];
    case "role":
      return [keep(room, event.user, seq, event.role)];
    case "transferred":
      return [keep(room, by, seq, "admin"), keep(room, event.user, seq, "owner")];
    case "renamed":
      return [roomWrite(room, event, { name: event.name })];
    case "described":
      return [roomWrite(room, event, { about: event.about })];
    case "history":
      return [roomWrite(room, event, { history: event.history })];
    case "access":
      return [roomWrite(room, event, { join: event.join })];
    case "posted":
      return [];
  }
}

function roomWrite(room: RoomId, event: StampedEvent, change: Partial<RoomDoc>): Write {
  return { t: "room", room, seq: event.seq, at: event.at, ord: event.ord, change };
}

function enter(room: RoomId, user: UserId, seq: number, role: Role): Write {
  return { t: "membership", room, user, seq, role, banned: false, interval: "open" };
}

function exit(room: RoomId, user: UserId, seq: number, banned: boolean): Write {
  return { t: "membership", room, user, seq, role: null, banned, interval: "close" };
}

function keep(room: RoomId, user: UserId, seq: number, role: Role): Write {
  return { t: "membership", room, user, seq, role, banned: false, interval: "keep" };
}
