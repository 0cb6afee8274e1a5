import type { Epoch, RoomId } from "../../actors/ports.ts";

/** The same at each attempt: a half of a move must not stand under another epoch than the other. */
export function epochOf(id: string, room: RoomId): Epoch {
  return new Bun.CryptoHasher("sha256").update(`${id} ${room}`).digest("hex").slice(0, 32);
}
