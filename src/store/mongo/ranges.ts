/**
 * Ranges of primary keys that are documents. They compare field by field, so that everything of a room lies between the room
 * with the lowest further fields and the next string after its id.
 */
import type { Cid, RoomId, Seq, UserId } from "../../../actors/ports.ts";

const next = (text: string): string => `${text}\0`;

export function messagesIn(room: RoomId, from: Seq, to: Seq) {
  return { $gte: { room, seq: from }, $lte: { room, seq: to } };
}

export function reactionsOf(room: RoomId, target: Seq) {
  const first = { room, target, user: "", key: "" };
  return { $gte: first, $lt: { ...first, target: target + 1 } };
}

export function closedIn(room: RoomId) {
  const first: { room: RoomId; cid: Cid; sender: UserId } = { room, cid: "", sender: "" };
  return { $gte: first, $lt: { ...first, room: next(room) } };
}

/** Those whose keys begin so. */
export function itemsOf(user: UserId, prefix: string) {
  return { $gte: { user, key: prefix }, $lt: { user, key: `${prefix}\u{10ffff}` } };
}
