/** Gathers requests for rooms' summaries into few calls, and repeats those that failed. */
import type { RoomId } from "../actors/ports.ts";
import { jitter } from "./backoff.ts";
import * as bounds from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";
import type { Summary } from "./room-facts.ts";

interface Deps {
  platform: ClientPlatform;
  online(): boolean;
  request(op: string, input: unknown): Promise<unknown>;
  take(summary: Summary): void;
}

export class Summaries {
  readonly #deps: Deps;
  readonly #wanted = new Set<RoomId>();
  #planned = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Soon, once for all that are asked for meanwhile. Offline: nothing, since catching up asks for all. */
  want(room: RoomId): void {
    this.#wanted.add(room);
    this.#plan(bounds.gatherMs, 0);
  }

  /** Now. */
  async fetch(rooms: readonly RoomId[]): Promise<void> {
    const calls: Promise<void>[] = [];
    for (let at = 0; at < rooms.length; at += bounds.summariesMax) {
      const some = rooms.slice(at, at + bounds.summariesMax);
      calls.push(this.#deps.request("room.summaries", { rooms: some }).then((answer) => this.#take(answer)));
    }
    await Promise.all(calls);
  }

  #take(answer: unknown): void {
    for (const summary of (answer as { rooms: Summary[] }).rooms) this.#deps.take(summary);
  }

  #plan(afterMs: number, attempt: number): void {
    if (this.#planned) return;
    this.#planned = true;
    this.#deps.platform.after(afterMs, () => void this.#run(attempt));
  }

  async #run(attempt: number): Promise<void> {
    const rooms = [...this.#wanted];
    this.#wanted.clear();
    let afterMs: number = bounds.gatherMs;
    if (this.#deps.online()) {
      await this.fetch(rooms).catch(() => {
        for (const room of rooms) this.#wanted.add(room);
        afterMs += jitter(this.#deps.platform, attempt);
      });
    }
    this.#planned = false;
    if (this.#wanted.size > 0) this.#plan(afterMs, attempt + 1);
  }
}
