import { addressKey } from "./address-key.ts";

/**
 * The client's address as far as it can be trusted, in the form by which places are counted: whoever owns a /64 has as many
 * addresses as they like. Each trusted proxy appends the address that it saw, so
 * we count from the right; what stands further left was written by the client itself.
 * @param peer who opened the TCP connection
 * @param proxies how many reverse proxies of ours stand in front; 0 ignores the header
 */
export function clientAddress(peer: string, forwardedFor: string | null, proxies: number): string {
  if (proxies === 0 || forwardedFor === null) return addressKey(peer);
  const chain = forwardedFor.split(",").map((address) => address.trim());
  return addressKey(chain.at(-Math.min(proxies, chain.length)) || peer);
}
