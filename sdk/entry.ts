/** What a seq of a room resolves to, as this client keeps it. */
import type { Cid, Epoch, Millis, Seq, UserId } from "../actors/ports.ts";
import type { StampedEvent, Stub, Tombstone } from "../actors/room/events.ts";
import type { Entry } from "../actors/room/frame.ts";

export type Line = (StampedEvent | Tombstone) & { cid?: Cid | undefined };
export type LineOf<Kind extends Line["kind"]> = Extract<Line, { kind: Kind }>;
/** A seq of our own whose body nobody here remembers: its line must be fetched. */
export interface Unresolved extends Stub {
  kind: "unresolved";
}
export type Kept = Line | Unresolved;
/** An own event as its command says it; `ord` follows from the line before. */
export type OwnEvent = StampedEvent extends infer E
  ? E extends StampedEvent
    ? Omit<E, "ord">
    : never
  : never;

/** What later events set on a post, as of the head of the page that says so. */
export interface PageFields {
  seq: Seq;
  edit: { seq: Seq; text: string; at: Millis; mentions: UserId[] } | null;
  reactions: { key: string; users: UserId[] }[];
}

/** The answer of `room.history`. */
export interface Page {
  room: string;
  epoch: Epoch;
  head: Seq;
  from: Seq;
  to: Seq;
  entries: Entry[];
  fields: PageFields[];
}

/** First and last seq of an entry: one seq, or a run of voids. */
export function endsOf(entry: Entry): readonly [Seq, Seq] {
  return "void" in entry ? entry.void : [entry.seq, entry.seq];
}

/** Which of two resolutions of one seq stays: a tombstone beats all, a body beats its absence. */
export function rankOf({ kind }: Kept): number {
  return kind === "tombstone" ? 2 : kind === "unresolved" ? 0 : 1;
}

export function tombstoneOf({ seq, at, ord, by, cid }: Line, deleted: Seq): LineOf<"tombstone"> {
  return { seq, at, ord, by, kind: "tombstone", deleted, cid };
}
