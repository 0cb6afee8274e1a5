/** After each welcome: the account, then every room from its cursor on, until the server says `live`. */
import type { RoomId } from "../actors/ports.ts";
import type { Cursor } from "../actors/room/events.ts";
import type { ClientFrame } from "../src/protocol/frames.ts";
import { failure } from "./error.ts";
import * as bounds from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

export class CatchUp {
  readonly #platform: ClientPlatform;
  readonly #send: (frame: ClientFrame) => void;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #cancel = (): void => {};

  constructor(platform: ClientPlatform, send: (frame: ClientFrame) => void) {
    this.#platform = platform;
    this.#send = send;
  }

  /** Resolves when all of these rooms are live or refused. @throws when nothing comes for catchUpMs */
  async resume(cursors: readonly [RoomId, Cursor | null][], roomsMax: number): Promise<void> {
    const frames: Promise<void>[] = [];
    for (let at = 0; at < cursors.length; at += roomsMax) {
      const n = this.#next++;
      frames.push(new Promise((resolve, reject) => this.#waiting.set(n, { resolve, reject })));
      this.#send({ t: "resume", n, rooms: Object.fromEntries(cursors.slice(at, at + roomsMax)) });
    }
    this.progress();
    await Promise.all(frames);
  }

  /** A frame of a resume came. */
  progress(): void {
    this.#cancel();
    if (this.#waiting.size === 0) return;
    this.#cancel = this.#platform.after(bounds.catchUpMs, () => this.stop());
  }

  live(n: number): void {
    this.#waiting.get(n)?.resolve();
    this.#waiting.delete(n);
    this.progress();
  }

  stop(): void {
    this.#cancel();
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of left) reject(failure("unavailable", "the resume did not finish", true));
  }
}
