import type { ArchiveEntry, Epoch, RoomId, Seq } from "../../actors/ports.ts";
import { relocated } from "../../actors/room/snapshot.ts";
import { versionJump } from "../store/merge/account.ts";

/**
 * An entry without what belongs to the place that it leaves, nor what the documents don't reach: a log that was lost took
 * seqs along that snapshots and read marks still know of. null: nothing of it is left.
 */
export function portable(entry: ArchiveEntry, headOf: (room: RoomId) => Seq): ArchiveEntry | null {
  if (entry.t === "mark") {
    const { mark } = entry;
    const head = headOf(mark.room);
    const [delivered, read] = [Math.min(mark.delivered, head), Math.min(mark.read, head)];
    return { t: "mark", mark: { ...mark, delivered, read } };
  }
  if (entry.t !== "snapshot") return entry;
  const snapshot = entry.snapshot.seq > headOf(entry.snapshot.room) ? null : relocated(entry.snapshot, null);
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
