/**
 * Who should decide what: rendezvous hashing (Thaler & Ravishankar, 1998). Every node that knows the same members names
 * the same one for a key, and when a node comes or goes only its own keys move.
 */
import { fnv1a } from "../fnv1a.ts";

/** A node that may be chosen, its name hashed once. */
export interface Place {
  readonly node: string;
  readonly hash: number;
}

export function placeOf(node: string): Place {
  return { node, hash: fnv1a(node) };
}

/** The node with the highest hash of (node, key); null when there is none. */
export function chosen(key: string, places: readonly Place[]): string | null {
  const hash = fnv1a(key);
  let best: Place | null = null;
  let highest = -1;
  for (const place of places) {
    const height = mixed(place.hash ^ hash);
    if (height < highest || (height === highest && best !== null && place.node < best.node)) continue;
    best = place;
    highest = height;
  }
  return best?.node ?? null;
}

/** The finalizer of MurmurHash3: names that differ in one bit end far apart. */
function mixed(hash: number): number {
  let mix = hash;
  mix = Math.imul(mix ^ (mix >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return (mix ^ (mix >>> 16)) >>> 0;
}
