/** Notes what one client got of each room, whatever the way: live, caught up, in a page or in a list of rooms. */
import { digestOf, type Sighting } from "../sight.ts";

type Frame = Record<string, unknown>;
type Entry = Record<string, unknown> & { seq?: number; void?: [number, number] };

export class Witness {
  readonly rooms = new Map<string, Sighting[]>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  received(frame: Frame): void {
    if (frame.t === "events") this.#entries(String(frame.room), frame.events as Entry[]);
    else if (frame.t === "limited") {
      const { from, to } = frame as unknown as { from: number; to: number };
      this.#note(String(frame.room), { is: "limited", at: this.#now(), from, to });
    } else if ("re" in frame && frame.ok !== null && typeof frame.ok === "object")
      this.#reply(frame.ok as Frame);
  }

  of(room: string): Sighting[] {
    return this.rooms.get(room) ?? [];
  }

  #reply(ok: Frame): void {
    if (typeof ok.room === "string" && Array.isArray(ok.entries))
      this.#entries(ok.room, ok.entries as Entry[]);
    if (!Array.isArray(ok.rooms)) return;
    for (const summary of ok.rooms as { room?: string; last?: { seq?: number } | null }[]) {
      if (typeof summary?.room !== "string" || typeof summary.last?.seq !== "number") continue;
      this.#note(summary.room, { is: "mention", at: this.#now(), seq: summary.last.seq });
    }
  }

  #entries(room: string, entries: readonly Entry[]): void {
    const at = this.#now();
    for (const entry of entries) {
      if (entry.void !== undefined)
        this.#note(room, { is: "void", at, from: entry.void[0], to: entry.void[1] });
      else if (entry.seq === undefined) continue;
      else if (entry.kind === undefined) {
        this.#note(room, { is: "stub", at, seq: entry.seq, stamped: Number(entry.at) });
      } else this.#note(room, { is: "event", at, seq: entry.seq, digest: digestOf(entry) });
    }
  }

  #note(room: string, sighting: Sighting): void {
    const sightings = this.rooms.get(room);
    if (sightings) sightings.push(sighting);
    else this.rooms.set(room, [sighting]);
  }
}
