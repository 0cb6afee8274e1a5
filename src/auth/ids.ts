/** Names that the server derives instead of remembering: the same input gives the same name for ever. */
import type { Cid, RoomId, UserId } from "../../actors/ports.ts";
import { base58 } from "../platform.ts";
import { canonical } from "./canonical.ts";
import type { Installation } from "./installation.ts";

export interface Ids {
  /** The one room of a pair, whoever asks. */
  directRoomId(a: UserId, b: UserId): RoomId;
  /** A new room's id: creating it twice with one cid makes one room. */
  roomIdOf(creator: UserId, cid: Cid): RoomId;
  /** Keyed hash (128 bit, base64url) of a command's body: the same cid with another one is a conflict. */
  hashOf(op: string, body: unknown): string;
}

/** Unkeyed, so that any node and any restored copy agree; strangers learn nothing from knowing it. */
export function directRoomId(a: UserId, b: UserId): RoomId {
  const pair = JSON.stringify(["starling direct room", ...[a, b].sort()]);
  return base58(new Bun.CryptoHasher("sha256").update(pair).digest());
}

export function createIds(installation: Installation): Ids {
  return {
    directRoomId,
    roomIdOf: (creator, cid) => base58(installation.mac("room", creator, cid)),
    hashOf: (op, body) =>
      Buffer.from(installation.mac("command", op, canonical(body)).subarray(0, 16)).toString("base64url"),
  };
}
