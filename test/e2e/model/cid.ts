/** UUIDv7 in lower case (RFC 9562), minted at a given distance from now. */
import { randomBytes } from "node:crypto";

export function mintCid(aheadMs = 0): string {
  const time = (Date.now() + aheadMs).toString(16).padStart(12, "0");
  const rest = randomBytes(10).toString("hex");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-a${rest.slice(3, 6)}-${rest.slice(6, 18)}`;
}
