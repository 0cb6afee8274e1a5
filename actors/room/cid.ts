/** Client-chosen ids of durable commands: UUIDv7 in lower case (RFC 9562), so that a cid carries its time. */
import type { Cid, Millis } from "../ports.ts";

export const cidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** When the cid was minted, by its client's clock. */
export function cidTime(cid: Cid): Millis {
  return Number.parseInt(cid.slice(0, 8), 16) * 65_536 + Number.parseInt(cid.slice(9, 13), 16);
}
