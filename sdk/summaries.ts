/** Gathers requests for rooms' summaries into few calls, and repeats those that failed. */
import type { RoomId } from "../actors/ports.ts";
import { chore } from "./chore.ts";
import type { Host } from "./host.ts";
import { gatherMs, summariesMax } from "./limits.ts";
import type { Summary } from "./room-facts.ts";

export class Summaries {
  readonly #host: Pick<Host, "platform" | "online" | "request">;
  readonly #take: (summary: Summary) => void;
  readonly #wanted = new Set<RoomId>();
  readonly #plan: (afterMs: number) => void;

  constructor(host: Pick<Host, "platform" | "online" | "request">, take: (summary: Summary) => void) {
    this.#host = host;
    this.#take = take;
    // Offline nothing is asked: catching up asks for all.
    this.#plan = chore(host.platform, () => (host.online() ? this.fetch([...this.#wanted]) : undefined));
  }

  /** Soon, once for all that are wanted meanwhile. */
  want(room: RoomId): void {
    this.#wanted.add(room);
    this.#plan(gatherMs);
  }

  /** Now. What fails stays wanted. */
  async fetch(rooms: readonly RoomId[]): Promise<void> {
    const calls: Promise<void>[] = [];
    for (let at = 0; at < rooms.length; at += summariesMax)
      calls.push(this.#ask(rooms.slice(at, at + summariesMax)));
    await Promise.all(calls);
  }

  async #ask(rooms: readonly RoomId[]): Promise<void> {
    const answer = (await this.#host.request("room.summaries", { rooms })) as { rooms: Summary[] };
    for (const room of rooms) this.#wanted.delete(room);
    for (const summary of answer.rooms) this.#take(summary);
  }
}
