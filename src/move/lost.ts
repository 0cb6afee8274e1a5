import type { ArchiveEntry, RoomId, Seq } from "../../actors/ports.ts";

/** What a lost log took along, as far as anybody knows: [from, to] of a room, at least. */
export interface LostRange {
  room: RoomId;
  from: Seq;
  to: Seq;
}

/** Seqs above the rooms' heads in the documents, of which snapshots and read marks still know. */
export class Lost {
  readonly #headOf: (room: RoomId) => Seq;
  readonly #known = new Map<RoomId, Seq>();

  /** @param headOf final for a room before its marks and its snapshot come */
  constructor(headOf: (room: RoomId) => Seq) {
    this.#headOf = headOf;
  }

  look(entry: ArchiveEntry): void {
    if (entry.t === "mark") this.#reach(entry.mark.room, Math.max(entry.mark.delivered, entry.mark.read));
    if (entry.t === "snapshot") this.#reach(entry.snapshot.room, entry.snapshot.seq);
  }

  ranges(): LostRange[] {
    return [...this.#known].map(([room, to]) => ({ room, from: this.#headOf(room) + 1, to }));
  }

  #reach(room: RoomId, seq: Seq): void {
    if (seq > Math.max(this.#headOf(room), this.#known.get(room) ?? 0)) this.#known.set(room, seq);
  }
}
