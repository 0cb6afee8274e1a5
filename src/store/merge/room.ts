/** The projected head of a room, and how writes change it: twice or in any order, the result is the same. */
import type { Millis, RoomDoc, RoomId, Seq, Write } from "../../../actors/ports.ts";

type RoomWrite = Extract<Write, { t: "room" }>;
interface Field<T> {
  seq: Seq;
  value: T;
}
type Fields = {
  [K in "kind" | "epoch" | "createdAt" | "name" | "about" | "join"]?: Field<RoomDoc[K]> | undefined;
};

export interface RoomRow {
  room: RoomId;
  seq: Seq;
  ord: number;
  at: Millis;
  fields: Fields;
  rules: RoomDoc["rules"];
}

export function emptyRoom(room: RoomId): RoomRow {
  return { room, seq: 0, ord: 0, at: 0, fields: {}, rules: [] };
}

export function withRoom(row: RoomRow, { seq, ord, at, change }: RoomWrite): RoomRow {
  const { fields } = row;
  return {
    room: row.room,
    seq: Math.max(row.seq, seq),
    ord: Math.max(row.ord, ord),
    at: Math.max(row.at, at),
    fields: {
      kind: newer(fields.kind, seq, change.kind),
      epoch: newer(fields.epoch, seq, change.epoch),
      createdAt: newer(fields.createdAt, seq, change.createdAt),
      name: newer(fields.name, seq, change.name),
      about: newer(fields.about, seq, change.about),
      join: newer(fields.join, seq, change.join),
    },
    rules: rulesWith(row.rules, seq, change),
  };
}

/** What makes this row of an empty one. */
export function writesOfRoom({ room, seq, ord, at, fields, rules }: RoomRow): RoomWrite[] {
  const changes = new Map<Seq, Partial<RoomDoc>>();
  for (const [name, field] of Object.entries(fields)) {
    if (field !== undefined) changes.set(field.seq, { ...changes.get(field.seq), [name]: field.value });
  }
  changes.set(seq, { ...changes.get(seq), rules });
  return [...changes].map(([seq, change]) => ({ t: "room", room, seq, ord, at, change }));
}

/** null while the room's creation wasn't applied. `members` is counted by the store. */
export function roomOf(row: RoomRow, members: number): RoomDoc | null {
  const { kind, epoch, createdAt, name, about, join } = row.fields;
  const rule = row.rules.at(-1);
  if (!kind || !epoch || !createdAt || !rule) return null;
  return {
    id: row.room,
    kind: kind.value,
    epoch: epoch.value,
    createdAt: createdAt.value,
    name: name?.value ?? "",
    about: about?.value ?? "",
    history: rule.history,
    join: join?.value ?? "closed",
    seq: row.seq,
    ord: row.ord,
    at: row.at,
    members,
    rules: row.rules,
  };
}

function newer<T>(field: Field<T> | undefined, seq: Seq, value: T | undefined): Field<T> | undefined {
  return value === undefined || (field && field.seq >= seq) ? field : { seq, value };
}

/** A room's first rule holds from its creation on, a change for later events only. */
function rulesWith(rules: RoomDoc["rules"], seq: Seq, change: Partial<RoomDoc>): RoomDoc["rules"] {
  const added = change.rules ?? ruleOf(seq, change);
  const fresh = added.filter((rule) => !rules.some((known) => known.from === rule.from));
  return fresh.length === 0 ? rules : [...rules, ...fresh].sort((a, b) => a.from - b.from);
}

function ruleOf(seq: Seq, { history, kind }: Partial<RoomDoc>): RoomDoc["rules"] {
  if (history === undefined) return [];
  return [{ from: kind === undefined ? seq + 1 : seq, history }];
}
