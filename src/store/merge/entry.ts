import type { ArchiveEntry, Write } from "../../../actors/ports.ts";

/** A kind that is forgotten here doesn't compile. */
const writes: Record<Write["t"], true> = {
  event: true,
  edit: true,
  tombstone: true,
  reaction: true,
  closed: true,
  membership: true,
  room: true,
};

/** What the projection applies; a store keeps the other entries as they are. */
export function isWrite(entry: ArchiveEntry): entry is Write {
  return Object.hasOwn(writes, entry.t);
}
