/**
 * Watermarks: delivered means that a device has it, read means read. Merged as maxima, written in bulk every 250 ms, published
 * only after the write. Only `read` moves the read watermark, never a send.
 */
import { limits } from "../../actors/limits.ts";
import type { Bus, Log, Mark, RoomId, Seq, Store, UserId } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { giveWay } from "../waiting.ts";
import { accessOf } from "./access.ts";

export interface ReceiptSources {
  log: Log;
  store: Pick<Store, "receipts" | "rooms" | "memberships" | "projection">;
  bus: Bus;
  platform: Platform;
  /** Told how long each bulk write took. */
  flushed?: (seconds: number) => void;
  onFailure: (error: unknown) => void;
}

/** A watermark, and what its setter knew of the room. */
interface Known {
  mark: Mark;
  asOf: Seq;
}

/** A device that came back has a room up to `cursor`, and is live in it from `live` on. */
export interface Returned {
  room: RoomId;
  cursor: Seq;
  live: Seq;
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

  /** A resume cursor counts as delivered. Mostly that is known, and costs a read. */
  returned(user: UserId, rooms: readonly Returned[]): void {
    this.#markReturned(user, rooms).catch(this.#sources.onFailure);
  }

  async #markReturned(user: UserId, rooms: readonly Returned[]): Promise<void> {
    const { receipts } = this.#sources.store;
    for (let at = 0; at < rooms.length; at += limits.returnedSliceMax) {
      if (at > 0) await giveWay(this.#sources.platform);
      const slice = rooms.slice(at, at + limits.returnedSliceMax);
      const known = await receipts.ofUser(
        user,
        slice.map(({ room }) => room),
      );
      const delivered = new Map(known.map((mark) => [mark.room, mark.delivered]));
      for (const { room, cursor, live } of slice) {
        if (cursor <= (delivered.get(room) ?? 0)) continue;
        // Whether it could be written, the flush reports; the next resume says it again.
        this.mark({ room, user, delivered: cursor, read: 0 }, live).catch(() => {});
      }
    }
  }

  /** Writes what waits now: at shutdown. */
  async flush(): Promise<void> {
    const all = [...this.#waiting.values()];
    this.#waiting = new Map();
    if (all.length === 0) return;
    const { store, platform, flushed, onFailure } = this.#sources;
    const began = platform.monotonic();
    let merged: Mark[];
    try {
      merged = await store.receipts.merge(all.map(({ mark }) => mark));
      flushed?.((platform.monotonic() - began) / 1_000);
    } catch (error) {
      for (const { fail } of all) for (const reject of fail) reject(error);
      throw error;
    }
    for (const [i, { settle }] of all.entries()) {
      for (const resolve of settle) resolve(merged[i] as Mark);
    }
    const known = merged.map((mark, i) => ({ mark, asOf: all[i]?.asOf ?? 0 }));
    for (const [i, [room, marks]] of [...Map.groupBy(known, ({ mark }) => mark.room)].entries()) {
      // A resume marks many rooms at once.
      if (i % limits.resumeSliceMax === limits.resumeSliceMax - 1) await giveWay(platform);
      // One room that can't be read silences no other.
      await this.#publish(room, marks).catch(onFailure);
    }
  }

  #flushSafely(): void {
    this.#armed = false;
    this.flush().catch(this.#sources.onFailure);
  }

  /**
   * Only current members' marks, stamped with the head at which they are members: a feed that hasn't got there drops them, since
   * it may still send to somebody who is out by then. Rooms above receiptsListMax get no lists; whoever wants counts asks for them.
   */
  async #publish(room: RoomId, marks: readonly Known[]): Promise<void> {
    const { bus } = this.#sources;
    const accesses = await accessOf(
      this.#sources,
      room,
      marks.map(({ mark }) => mark.user),
    );
    if ((accesses[0]?.document?.members ?? 0) > limits.receiptsListMax) return;
    const listed = marks
      .filter((_, i) => accesses[i]?.sight.role !== null)
      .map(({ mark }): [UserId, Seq, Seq] => [mark.user, mark.delivered, mark.read]);
    if (listed.length === 0) return;
    const seq = Math.max(...accesses.map(({ head }) => head), ...marks.map(({ asOf }) => asOf));
    const frame = JSON.stringify({ t: "receipts", room, seq, marks: listed });
    bus.publish(`room.${room}`, { seq, from: null, frame });
  }
}
