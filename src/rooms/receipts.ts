/**
 * Watermarks: delivered means that a device has it, read means read. Merged as maxima, written in bulk every 250 ms, published
 * only after the write. Only `read` moves the read watermark, never a send.
 */
import { limits } from "../../actors/limits.ts";
import type { Bus, Mark, RoomId, Seq, Store, UserId } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";

export interface ReceiptSources {
  store: Pick<Store, "receipts" | "rooms">;
  bus: Bus;
  platform: Platform;
  onFailure: (error: unknown) => void;
}

/** A watermark, and what its setter knew of the room. */
interface Known {
  mark: Mark;
  asOf: Seq;
}

interface Waiting {
  mark: Mark;
  asOf: Seq;
  settle: ((mark: Mark) => void)[];
  fail: ((error: unknown) => void)[];
}

export class ReceiptDesk {
  readonly #sources: ReceiptSources;
  #waiting = new Map<string, Waiting>();
  #armed = false;

  constructor(sources: ReceiptSources) {
    this.#sources = sources;
  }

  /**
   * Resolves to the merged watermarks once they are durable. The caller has clamped the seqs.
   * @param asOf what the caller knows of the room: who left it before that must not hear of this
   */
  mark(mark: Mark, asOf: Seq): Promise<Mark> {
    return new Promise((resolve, reject) => {
      const key = `${mark.room} ${mark.user}`;
      const waiting = this.#waiting.get(key) ?? { mark, asOf, settle: [], fail: [] };
      waiting.asOf = Math.max(asOf, waiting.asOf);
      waiting.mark = {
        ...mark,
        delivered: Math.max(mark.delivered, waiting.mark.delivered),
        read: Math.max(mark.read, waiting.mark.read),
      };
      waiting.settle.push(resolve);
      waiting.fail.push(reject);
      this.#waiting.set(key, waiting);
      if (this.#armed) return;
      this.#armed = true;
      this.#sources.platform.after(limits.receiptsFlushMs, () => this.#flushSafely());
    });
  }

  /** Writes what waits now: at shutdown. */
  async flush(): Promise<void> {
    const all = [...this.#waiting.values()];
    this.#waiting = new Map();
    if (all.length === 0) return;
    let merged: Mark[];
    try {
      merged = await this.#sources.store.receipts.merge(all.map(({ mark }) => mark));
    } catch (error) {
      for (const { fail } of all) for (const reject of fail) reject(error);
      throw error;
    }
    for (const [i, { settle }] of all.entries()) {
      for (const resolve of settle) resolve(merged[i] as Mark);
    }
    await this.#publish(merged.map((mark, i) => ({ mark, asOf: all[i]?.asOf ?? 0 })));
  }

  #flushSafely(): void {
    this.#armed = false;
    this.flush().catch(this.#sources.onFailure);
  }

  /** Rooms above receiptsListMax get no lists; whoever wants counts asks for them. */
  async #publish(marks: readonly Known[]): Promise<void> {
    const byRoom = Map.groupBy(marks, ({ mark }) => mark.room);
    const documents = await this.#sources.store.rooms.many([...byRoom.keys()]);
    for (const { id, members } of documents) {
      if (members > limits.receiptsListMax) continue;
      this.#publishRoom(id, byRoom.get(id) ?? []);
    }
  }

  /** A feed that hasn't got to `seq` drops the frame: it may still send to somebody who is out by then. */
  #publishRoom(room: RoomId, marks: readonly Known[]): void {
    const seq = Math.max(...marks.map(({ asOf }) => asOf));
    const listed = marks.map(({ mark }): [UserId, Seq, Seq] => [mark.user, mark.delivered, mark.read]);
    const frame = JSON.stringify({ t: "receipts", room, seq, marks: listed });
    this.#sources.bus.publish(`room.${room}`, { seq, from: null, frame });
  }
}
