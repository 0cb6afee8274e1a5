import type { ArchiveEntry, RoomId, Seq } from "../../actors/ports.ts";
import { canonical } from "../auth/canonical.ts";

const words = 8;

/** Counts entries, and digests them as a set: two stores that give the same ones in other orders come to the same. */
export class Tally {
  #count = 0;
  /** A sum modulo 2²⁵⁶ of the entries' SHA-256: a digest for accidents, not against forgers. */
  readonly #sum = new Uint32Array(words);
  readonly #kinds = new Map<ArchiveEntry["t"], number>();
  readonly #heads = new Map<RoomId, { seq: Seq; events: number }>();

  add(entry: ArchiveEntry): void {
    this.#count++;
    this.#kinds.set(entry.t, (this.#kinds.get(entry.t) ?? 0) + 1);
    if (entry.t === "event" || entry.t === "room") {
      const head = this.#heads.get(entry.room) ?? { seq: 0, events: 0 };
      this.#heads.set(entry.room, head);
      head.seq = Math.max(head.seq, entry.seq);
      if (entry.t === "event") head.events++;
    }
    this.#mix(new Uint32Array(Bun.SHA256.hash(canonical(entry)).buffer));
  }

  get count(): number {
    return this.#count;
  }

  get digest(): string {
    return Buffer.from(this.#sum.buffer).toHex();
  }

  of(kind: ArchiveEntry["t"]): number {
    return this.#kinds.get(kind) ?? 0;
  }

  /** Rooms, those apart that only recorded refusals. */
  get rooms(): number {
    return this.#heads.size;
  }

  /** 0: no such room, so far. */
  headOf(room: RoomId): Seq {
    return this.#heads.get(room)?.seq ?? 0;
  }

  /** Rooms that lack events below their head. */
  broken(): RoomId[] {
    return [...this.#heads].filter(([, { seq, events }]) => seq !== events).map(([room]) => room);
  }

  #mix(hash: Uint32Array): void {
    let carry = 0;
    for (let i = 0; i < words; i++) {
      const sum = (this.#sum[i] ?? 0) + (hash[i] ?? 0) + carry;
      this.#sum[i] = sum;
      carry = sum > 0xffff_ffff ? 1 : 0;
    }
  }
}
