/**
 * Who may see what: judges each client's sightings of a room against the room's own events. Sound with clocks of one
 * machine: an event is stamped before it is sent, and noted after it came.
 */
import type { Fault, LogEvent } from "./oracle.ts";

/** One entry of a frame or page, as a client got it. */
export type Sighting = { at: number } & (
  | { is: "event"; seq: number; digest: number }
  /** The client's own command, closed by a stub. */
  | { is: "stub"; seq: number; stamped: number }
  | { is: "void"; from: number; to: number }
  /** The server said that it won't send these; they can be loaded. */
  | { is: "limited"; from: number; to: number }
  /** Only the seq was told, as in a list of rooms. */
  | { is: "mention"; seq: number }
);

/** [first seq, seq after the last one or null, when the first one was stamped] */
type Stay = [from: number, to: number | null, since: number];

/** The membership of every user and the rule of every seq, read from a room's events. */
export class Room {
  readonly events: readonly LogEvent[];
  readonly #stays = new Map<string, Stay[]>();
  /** Seqs from which a history rule holds. */
  readonly #rules: { from: number; open: boolean }[] = [];

  constructor(events: readonly LogEvent[]) {
    this.events = events;
    for (const event of events) this.#evolve(event);
  }

  users(): string[] {
    return [...this.#stays.keys()];
  }

  inside(user: string, seq: number): boolean {
    return (this.#stays.get(user) ?? []).some(([from, to]) => from <= seq && (to === null || seq < to));
  }

  /**
   * True when the user may have been shown this seq by then. Outside of their own intervals that takes a rule of
   * `everyone` at the seq, and a stay that had begun and hadn't ended before the seq came to be.
   */
  maySee(user: string, seq: number, when: number): boolean {
    if (this.inside(user, seq)) return true;
    if (!this.#open(seq)) return false;
    return (this.#stays.get(user) ?? []).some(([, to, since]) => since <= when && (to === null || seq < to));
  }

  #open(seq: number): boolean {
    return this.#rules.findLast((rule) => rule.from <= seq)?.open ?? true;
  }

  #evolve({ seq, at, kind, by, ...rest }: LogEvent): void {
    switch (kind) {
      case "created": {
        const { room, members } = rest as unknown as Created;
        this.#rules.push({ from: seq, open: room.history === "everyone" });
        for (const { user } of members) this.#enter(user, seq, at);
        break;
      }
      case "joined":
        this.#enter(by, seq, at);
        break;
      case "added":
        this.#enter(String(rest.user), seq, at);
        break;
      case "left":
        this.#leave(by, seq);
        break;
      case "removed":
      case "banned":
        this.#leave(String(rest.user), seq);
        break;
      case "history":
        // A change applies to later events only.
        this.#rules.push({ from: seq + 1, open: rest.history === "everyone" });
        break;
    }
  }

  #enter(user: string, seq: number, at: number): void {
    const stays = this.#stays.get(user) ?? [];
    this.#stays.set(user, stays);
    if (stays.at(-1)?.[1] !== null) stays.push([seq, null, at]);
  }

  #leave(user: string, seq: number): void {
    const stay = this.#stays.get(user)?.at(-1);
    if (stay && stay[1] === null) stay[1] = seq + 1;
  }
}

interface Created {
  room: { history: string };
  members: { user: string }[];
}

/** What one user's clients got of a room: nothing outside of their intervals, nothing else than others, no holes. */
export function judgeSight(room: Room, user: string, sightings: Iterable<Sighting>): Fault[] {
  const faults: Fault[] = [];
  const digests = digestsOf(room);
  const resolved = new Set<number>();
  for (const seen of sightings) {
    switch (seen.is) {
      case "event":
        if (!room.maySee(user, seen.seq, seen.at)) faults.push({ kind: "leaked", seq: seen.seq, user });
        else if (digests[seen.seq] !== seen.digest) faults.push({ kind: "differs", seq: seen.seq, user });
        resolved.add(seen.seq);
        break;
      case "stub": {
        const event = room.events[seen.seq - 1];
        if (event?.by !== user || event.at !== seen.stamped)
          faults.push({ kind: "differs", seq: seen.seq, user });
        resolved.add(seen.seq);
        break;
      }
      case "void":
        for (let seq = seen.from; seq <= seen.to; seq++) {
          if (room.inside(user, seq)) faults.push({ kind: "hole", seq, user });
          resolved.add(seq);
        }
        break;
      case "limited":
        for (let seq = seen.from; seq <= seen.to; seq++) resolved.add(seq);
        break;
      case "mention":
        if (!room.maySee(user, seen.seq, seen.at)) faults.push({ kind: "leaked", seq: seen.seq, user });
        break;
    }
  }
  for (const { seq } of room.events) {
    if (room.inside(user, seq) && !resolved.has(seq)) faults.push({ kind: "hole", seq, user });
  }
  return faults;
}

const cache = new WeakMap<Room, number[]>();

function digestsOf(room: Room): number[] {
  const known = cache.get(room);
  if (known) return known;
  const digests: number[] = [];
  for (const event of room.events) digests[event.seq] = digestOf(event);
  cache.set(room, digests);
  return digests;
}

/** The same for all observers of an event: a sender's other connections get it with its cid. */
export function digestOf(event: Record<string, unknown>): number {
  if (event.cid === undefined) return Bun.hash.xxHash32(JSON.stringify(event));
  const { cid: _, ...plain } = event;
  return Bun.hash.xxHash32(JSON.stringify(plain));
}
