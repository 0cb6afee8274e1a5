/** What a room knows of itself, and how each event changes it. */
import { limits } from "../limits.ts";
import type { Epoch, Millis, Position, RoomId, Seq, UserId } from "../ports.ts";
import type { StampedEvent, Tombstone } from "./events.ts";
import { KnownCids } from "./known-cids.ts";
import type { HistoryRule, JoinRule, Role, RoomKind } from "./model.ts";

export interface RoomState {
  readonly id: RoomId;
  /** null until `created`. */
  kind: RoomKind | null;
  epoch: Epoch;
  name: string;
  about: string;
  history: HistoryRule;
  join: JoinRule;
  seq: Seq;
  ord: number;
  at: Millis;
  /** The room's last record; what the next append expects. */
  position: Position;
  members: Map<UserId, Role>;
  banned: Set<UserId>;
  cids: KnownCids;
  /** Newest deletions, target → seq of the deletion. All with a seq above `deletionsAfter` are here. */
  deletions: Map<Seq, Seq>;
  deletionsAfter: Seq;
}

/** A fresh state; `evolve` mutates it in place, since a failed append discards the incarnation. */
export function emptyRoom(id: RoomId, cidsMax: number = limits.cidsMax): RoomState {
  return {
    id,
    kind: null,
    epoch: "",
    name: "",
    about: "",
    history: "everyone",
    join: "closed",
    seq: 0,
    ord: 0,
    at: 0,
    position: 0,
    members: new Map(),
    banned: new Set(),
    cids: new KnownCids(0, 0, cidsMax),
    deletions: new Map(),
    deletionsAfter: 0,
  };
}

/** A seq other than last + 1 is a broken log: it stops the activation. */
class BrokenOrder extends Error {
  override name = "BrokenOrder";
}

export function evolve(room: RoomState, event: StampedEvent | Tombstone): void {
  if (event.seq !== room.seq + 1) {
    throw new BrokenOrder(`room ${room.id}: seq ${event.seq} after ${room.seq}`);
  }
  room.seq = event.seq;
  room.at = event.at;
  room.ord = event.ord;
  switch (event.kind) {
    case "created":
      room.kind = event.room.kind;
      room.name = event.room.name;
      room.about = event.room.about;
      room.history = event.room.history;
      room.join = event.room.join;
      for (const { user, role } of event.members) room.members.set(user, role);
      return;
    case "joined":
      room.members.set(event.by, event.role);
      return;
    case "added":
    case "role":
      room.members.set(event.user, event.role);
      return;
    case "left":
      room.members.delete(event.by);
      return;
    case "removed":
      room.members.delete(event.user);
      return;
    case "banned":
      room.members.delete(event.user);
      room.banned.add(event.user);
      return;
    case "unbanned":
      room.banned.delete(event.user);
      return;
    case "transferred":
      room.members.set(event.by, "admin");
      room.members.set(event.user, "owner");
      return;
    case "renamed":
      room.name = event.name;
      return;
    case "described":
      room.about = event.about;
      return;
    case "history":
      room.history = event.history;
      return;
    case "access":
      room.join = event.join;
      return;
    case "deleted":
      remember(room, event.target, event.seq);
      return;
    case "posted":
    case "edited":
    case "reacted":
    case "tombstone":
      return;
  }
}

function remember(room: RoomState, target: Seq, seq: Seq): void {
  room.deletions.set(target, seq);
  if (room.deletions.size <= limits.deletionsMax) return;
  // A Map keeps insertion order, and deletions come in the order of their seqs.
  for (const [oldest, at] of room.deletions) {
    room.deletions.delete(oldest);
    room.deletionsAfter = at;
    return;
  }
}

/** The role of a current member, else null. */
export function roleOf(room: RoomState, user: UserId): Role | null {
  return room.members.get(user) ?? null;
}
