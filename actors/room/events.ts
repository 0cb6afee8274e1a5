/**
 * The durable changes of a room. A line on the wire is one of these with seq, at, ord and by.
 * Kinds and fields are only ever added; clients advance over kinds that they don't know.
 */
import type { Epoch, Millis, Seq, UserId } from "../ports.ts";
import type { HistoryRule, JoinRule, Role, RoomKind, RoomSettings } from "./model.ts";

export type RoomEvent =
  /** Seq 1, always. */
  | { kind: "created"; room: { kind: RoomKind } & RoomSettings; members: { user: UserId; role: Role }[] }
  | { kind: "posted"; text: string; re?: Seq; mentions?: UserId[] }
  | { kind: "edited"; target: Seq; text: string; mentions?: UserId[] }
  /** `author`: whose message it was. Makes tombstones of the target and of its edits. */
  | { kind: "deleted"; target: Seq; author: UserId }
  | { kind: "reacted"; target: Seq; key: string; on: boolean }
  | { kind: "joined"; role: "member" }
  | { kind: "left" }
  | { kind: "added"; user: UserId; role: Role }
  | { kind: "removed"; user: UserId }
  | { kind: "banned"; user: UserId }
  | { kind: "unbanned"; user: UserId }
  | { kind: "role"; user: UserId; role: Role }
  /** `user` becomes owner, `by` becomes admin. */
  | { kind: "transferred"; user: UserId }
  | { kind: "renamed"; name: string }
  | { kind: "described"; about: string }
  | { kind: "history"; history: HistoryRule }
  | { kind: "access"; join: JoinRule };

export interface Stamp {
  seq: Seq;
  /** The owner's clock, never below the previous event's. */
  at: Millis;
  /** How many posts lie at or below seq. */
  ord: number;
  by: UserId;
}

export type StampedEvent = Stamp & RoomEvent;

/** What a seq resolves to once its content is gone: `deleted` is the seq of the deletion. */
export type Tombstone = Stamp & { kind: "tombstone"; deleted: Seq };

/** A run of seqs that this viewer may not see. */
export interface Void {
  void: [first: Seq, last: Seq];
}

/** Closes the seq of the connection's own command. */
export interface Stub {
  seq: Seq;
  at: Millis;
  cid: string;
}

/** A client's cursor in a room. */
export type Cursor = [epoch: Epoch, seq: Seq];
