/** A resume over many rooms: done when the server has said `live` to each of its frames. */
import type { RoomId } from "../actors/ports.ts";
import type { Cursor } from "../actors/room/events.ts";
import type { ClientFrame } from "../src/protocol/frames.ts";
import { failure } from "./error.ts";
import { catchUpMs } from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";

export class CatchUp {
  readonly #platform: ClientPlatform;
  readonly #send: (frame: ClientFrame) => void;
  /** Frames without their `live`, and who waits for them. */
  readonly #open = new Map<number, { resolve(): void; reject(error: Error): void }>();
  #next = 1;
  #cancel = (): void => {};

  constructor(platform: ClientPlatform, send: (frame: ClientFrame) => void) {
    this.#platform = platform;
    this.#send = send;
  }

  /** @throws when nothing comes for catchUpMs, or the connection ends */
  async resume(cursors: readonly [RoomId, Cursor | null][], roomsMax: number): Promise<void> {
    const frames: Promise<void>[] = [];
    for (const rooms of parts(cursors, roomsMax)) {
      const n = this.#next++;
      frames.push(new Promise((resolve, reject) => this.#open.set(n, { resolve, reject })));
      this.#send({ t: "resume", n, rooms });
    }
    this.progress();
    await Promise.all(frames);
  }

  /** A frame came. */
  progress(): void {
    this.#cancel();
    if (this.#open.size > 0) this.#cancel = this.#platform.after(catchUpMs, () => this.stop());
  }

  live(n: number): void {
    this.#open.get(n)?.resolve();
    this.#open.delete(n);
    this.progress();
  }

  stop(): void {
    this.#cancel();
    for (const { reject } of this.#open.values()) reject(failure("unavailable", "no live frame", true));
    this.#open.clear();
  }
}

/** Cursors in frames of at most so many rooms. */
export function parts<T>(cursors: readonly [RoomId, T][], roomsMax: number): Record<RoomId, T>[] {
  const frames: Record<RoomId, T>[] = [];
  for (let at = 0; at < cursors.length; at += roomsMax) {
    frames.push(Object.fromEntries(cursors.slice(at, at + roomsMax)));
  }
  return frames;
}
