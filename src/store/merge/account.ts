/** The values of account items that clients mirror, apart from `room:<id>` (merge/membership.ts). */
import type { Account, Json, SessionId } from "../../../actors/ports.ts";

export function profileItem({ name, display, about }: Pick<Account, "name" | "display" | "about">): Json {
  return { name, display, about };
}

export const sessionKey = (id: SessionId): string => `session:${id}`;
export const revokedItem: Json = { revoked: true };

/** Of every account of a copy: far more than one changes between the copying and the loss of its source. */
export const versionJump = 1_000_000;
