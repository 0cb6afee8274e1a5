import type { RoomId, Snapshot, Snapshots } from "../../../actors/ports.ts";

export class MemorySnapshots implements Snapshots {
  #snapshots = new Map<RoomId, Snapshot>();

  all(): Iterable<Snapshot> {
    return this.#snapshots.values();
  }

  async get(room: RoomId): Promise<Snapshot | null> {
    const snapshot = this.#snapshots.get(room);
    return snapshot ? { ...snapshot } : null;
  }

  async put(snapshot: Snapshot): Promise<void> {
    const old = this.#snapshots.get(snapshot.room);
    const newer =
      !old || snapshot.seq > old.seq || (snapshot.seq === old.seq && snapshot.position > old.position);
    if (newer) this.#snapshots.set(snapshot.room, { ...snapshot });
  }
}
