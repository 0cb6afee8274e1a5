/** Names that the server derives instead of remembering: the same input gives the same name for ever. */
import type { Cid, RoomId, UserId } from "../../actors/ports.ts";
import { base58 } from "../platform.ts";
import { canonical } from "./canonical.ts";
import type { Installation } from "./installation.ts";

/** 132 bits. */
const hashChars = 22;

export interface Ids {
  /** The one room of a pair, whoever asks. */
  directRoomId(a: UserId, b: UserId): RoomId;
  /** A new room's id: creating it twice with one cid makes one room. */
  roomIdOf(creator: UserId, cid: Cid): RoomId;
  /** Keyed hash of a command's body, 22 characters: the same cid with another one is a conflict. */
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
    roomIdOf: (creator, cid) => base58(Buffer.from(installation.mac("room", creator, cid), "base64url")),
    hashOf: (op, body) => installation.mac("command", op, canonical(body)).slice(0, hashChars),
  };
}
