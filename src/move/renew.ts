import type { ArchiveEntry, Epoch, RoomId } from "../../actors/ports.ts";
import { relocated } from "../../actors/room/snapshot.ts";
import { versionJump } from "../store/merge/account.ts";

/** An entry without what belongs to the place that it leaves. null: nothing of it is left. */
export function portable(entry: ArchiveEntry): ArchiveEntry | null {
  if (entry.t !== "snapshot") return entry;
  const snapshot = relocated(entry.snapshot, null);
  return snapshot && { t: "snapshot", snapshot };
}

/**
 * An entry of a source that may go on: its rooms get other epochs, its accounts lie above every version that was told, so that
 * clients drop their copies and read anew. An empty epoch is a room's that was never made.
 */
export function renewed(entry: ArchiveEntry, epochOf: (room: RoomId) => Epoch): ArchiveEntry | null {
  switch (entry.t) {
    case "room": {
      const { change, room } = entry;
      return change.epoch ? { ...entry, change: { ...change, epoch: epochOf(room) } } : entry;
    }
    case "snapshot": {
      const snapshot = relocated(entry.snapshot, epochOf(entry.snapshot.room));
      return snapshot && { t: "snapshot", snapshot };
    }
    case "version":
      return { ...entry, version: entry.version + versionJump };
    case "item":
      return { ...entry, item: { ...entry.item, version: entry.item.version + versionJump } };
    case "account":
    case "session":
    case "event":
    case "edit":
    case "tombstone":
    case "reaction":
    case "closed":
    case "membership":
    case "mark":
    case "secret":
      return entry;
  }
}
