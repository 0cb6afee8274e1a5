/** One person who comes, listens, says something now and then, goes without a word, and comes back to what was missed. */
import { limits } from "../../actors/limits.ts";
import type { ServerFrame } from "../../src/protocol/frames.ts";
import type { Chance } from "../kit/chance.ts";
import { Answered, post, type Signed } from "../kit/http.ts";
import { Closed, type Cursor, Refused, Seat } from "../kit/seat.ts";

type Events = Extract<ServerFrame, { t: "events" }>;

export interface Tally {
  visits: number;
  posts: number;
  /** Posts whose sender went before the answer came. */
  unanswered: number;
  received: number;
  /** Overload that was said: "not now". */
  refused: number;
  /** The same of sockets: "come back". */
  sentBack: number;
  /** Told that so much was missed that only the newest page comes. */
  limited: number;
  /** Seqs that never came, and nobody said so: must stay 0. */
  gaps: number;
  faults: string[];
}

const notNow = new Set(["overloaded", "unavailable", "unknown"]);
/** The same over HTTP. */
const later = new Set([503, 504]);
/** Close codes from here on say: stop. */
const stopFrom = 4_500;
/** Marks and signs beside the posts: one for so many lines that somebody gets. */
const marksEvery = 10;
/** A visit, at most three means long, ends before the token does, also when many come at once and it takes a minute. */
const freshMs = limits.accessMs / 4;
const visitMeansMax = 3;

export interface Ticket {
  signed: Signed;
  room: string;
  /** Whom else is in it: their presence is watched. */
  friends: readonly string[];
  /** Of the node that it comes to. */
  port: number;
}

export class Visitor {
  readonly #room: string;
  readonly #friends: readonly string[];
  readonly #port: number;
  readonly #tally: Tally;
  readonly #chance: Chance;
  #signed: Signed;
  #signedAt = performance.now();
  #cursor: Cursor | null = null;
  #seat: Seat | null = null;
  #lines = 0;

  constructor({ signed, room, friends, port }: Ticket, tally: Tally, chance: Chance) {
    this.#signed = signed;
    this.#room = room;
    this.#friends = friends;
    this.#port = port;
    this.#tally = tally;
    this.#chance = chance;
  }

  get here(): boolean {
    return this.#seat !== null;
  }

  /** Live in its room when it resolves to true; false: later. */
  async come(): Promise<boolean> {
    try {
      await this.#enter();
      return true;
    } catch (error) {
      this.#ended(error);
      return false;
    }
  }

  async #enter(): Promise<void> {
    if (performance.now() - this.#signedAt > freshMs) await this.#refresh();
    const address = { "X-Forwarded-For": addressOf(this.#signed.user) };
    const seat = await Seat.open(this.#port, this.#signed.access, "soak", address);
    seat.onFrame = (frame) => this.#hear(seat, frame);
    const live = await seat.resume({ [this.#room]: this.#cursor });
    this.#cursor ??= live[this.#room] ?? null;
    seat.onClosed = (code, reason) => {
      if (this.#seat !== seat) return;
      this.#seat = null;
      this.#ended(new Closed(code, reason));
    };
    this.#seat = seat;
    this.#tally.visits++;
    this.#ask(seat, "presence.watch", { users: this.#friends });
  }

  go(): void {
    const seat = this.#seat;
    this.#seat = null;
    seat?.close();
  }

  /** How long this visit lasts. */
  stayMs(meanMs: number): number {
    return Math.min(visitMeansMax * meanMs, -Math.log(1 - this.#chance.next()) * meanMs);
  }

  say(text: string): void {
    const seat = this.#seat;
    if (seat === null) return;
    const input = { room: this.#room, cid: Bun.randomUUIDv7(), text };
    seat.request("room.post", input).then(
      () => this.#tally.posts++,
      (error: unknown) => this.#failed(seat, error),
    );
  }

  /** Whoever went has no answer; whoever is there was refused. */
  #failed(seat: Seat, error: unknown): void {
    if (!(error instanceof Refused) && this.#seat !== seat) this.#tally.unanswered++;
    else this.#refused(error);
  }

  #ended(error: unknown): void {
    if (error instanceof Closed && error.code !== null && error.code < stopFrom) this.#tally.sentBack++;
    else if (error instanceof Answered && later.has(error.status)) this.#tally.refused++;
    // A kept HTTP connection that idled out just as the next request left: browsers try again.
    else if (error instanceof Error && "code" in error && error.code === "ECONNRESET") this.#tally.sentBack++;
    else this.#fault(String(error));
  }

  #refused(error: unknown): void {
    if (error instanceof Refused && notNow.has(error.code)) this.#tally.refused++;
    else this.#fault(String(error));
  }

  #hear(seat: Seat, frame: ServerFrame): void {
    if (frame.t === "limited") {
      this.#tally.limited++;
      this.#cursor = [frame.epoch, Math.max(this.#cursor?.[1] ?? 0, frame.to)];
    }
    if (frame.t !== "events") return;
    const last = this.#cursor?.[1];
    const to = lastOf(frame);
    if (last !== undefined && frame.from > last + 1) this.#tally.gaps += frame.from - last - 1;
    this.#cursor = [frame.epoch, Math.max(last ?? 0, to)];
    this.#tally.received += frame.events.length;
    if (seat === this.#seat && ++this.#lines % marksEvery === 0) this.#mark(seat, to);
  }

  #mark(seat: Seat, seq: number): void {
    const op = this.#chance.pick(["room.delivered", "room.read", "room.typing"]);
    const input = op === "room.typing" ? { room: this.#room } : { room: this.#room, seq };
    this.#ask(seat, op, input);
  }

  /** Something whose answer nobody waits for. */
  #ask(seat: Seat, op: string, input: object): void {
    seat.request(op, input).catch((error: unknown) => {
      if (this.#seat === seat) this.#refused(error);
    });
  }

  async #refresh(): Promise<void> {
    const { refresh } = this.#signed;
    const base = `http://127.0.0.1:${this.#port}`;
    this.#signed = (await post(base, "/v1/refresh", { refresh, device: "bench" })) as Signed;
    this.#signedAt = performance.now();
  }

  #fault(what: string): void {
    if (this.#tally.faults.length < 20) this.#tally.faults.push(what);
  }
}

/** A run of voids is one entry. */
function lastOf({ from, events }: Events): number {
  return events.reduce((seq, entry) => ("void" in entry ? entry.void[1] : seq) + 1, from) - 1;
}

function addressOf(user: string): string {
  const hash = Bun.hash.crc32(user);
  return `10.${hash & 255}.${(hash >>> 8) & 255}.${(hash >>> 16) & 255}`;
}
