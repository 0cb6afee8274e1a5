/**
 * Durable commands on their way. Each is kept before it is sent, goes out one at a time per room, and
 * stays until its fate is known: a reply, or its own cid in an `events` frame, whichever comes first.
 */
import type { Cid, Millis, RoomId, Seq } from "../actors/ports.ts";
import type { ErrorCode } from "../actors/room/errors.ts";
import type { Storage } from "./api.ts";
import { jitter } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { asError, failure, type StarlingError } from "./error.ts";
import * as bounds from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";

/** What is kept in the storage under `outbox:<cid>`. */
interface Command {
  cid: Cid;
  /** null: the command makes a room. */
  room: RoomId | null;
  op: string;
  in: Record<string, unknown>;
  at: Millis;
  /** Refused for good; it waits for the user. */
  error: ErrorCode | null;
  /** The user gave it up, and only the server can say whether it landed. */
  discarding: boolean;
}

export interface Done {
  room: RoomId;
  cid: Cid;
  /** First event of the command, and how many there are. */
  seq: Seq;
  n: number;
}

export interface Pending extends Readonly<Command> {
  /** `stored`: answered, and waiting for its event, since only that closes the seq. */
  readonly state: "queued" | "sending" | "stored" | "failed";
  readonly done: Done | null;
}

interface Entry extends Command {
  state: Pending["state"];
  done: Done | null;
  kept: boolean;
  /** It may have been sent before. */
  again: boolean;
  /** Its cid was minted anew, by the server's clock. */
  renamed: boolean;
  attempt: number;
  settle: { resolve(done: Done): void; reject(error: StarlingError): void };
}

interface Deps {
  platform: ClientPlatform;
  clock: Clock;
  storage: Storage;
  online(): boolean;
  request(op: string, input: unknown): Promise<unknown>;
  /** Whether this seq of the room has come already (or lies in a hole): its event won't come again. */
  passed(room: RoomId, seq: Seq): boolean;
  /** A command came, changed or went. */
  changed(command: Pending): void;
}

const nobody = { resolve() {}, reject() {} };
const keyOf = (cid: Cid): string => `outbox:${cid}`;

export class Outbox {
  readonly #deps: Deps;
  /** In the order of sending. */
  #entries = new Map<Cid, Entry>();
  /** Per lane: cancels the pause after a failure, or does nothing while a command is in flight. */
  readonly #busy = new Map<string, () => void>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Oldest first. */
  list(): readonly Pending[] {
    return [...this.#entries.values()];
  }

  get(cid: Cid): Pending | undefined {
    return this.#entries.get(cid);
  }

  /** What an earlier run left: nobody knows whether it was sent, so it goes as `again`. */
  async restore(): Promise<void> {
    for (const key of await this.#deps.storage.keys("outbox:")) {
      const command = (await this.#deps.storage.get(key)) as Command | undefined;
      if (!command || this.#entries.has(command.cid)) continue;
      const entry = this.#enter(command, nobody);
      entry.kept = entry.again = true;
      if (command.error) entry.state = "failed";
      this.#deps.changed(entry);
    }
    this.flush();
  }

  /** The command is listed at once. `done` resolves when it is durable, rejects when it never will be. */
  add(op: string, room: RoomId | null, input: Record<string, unknown>): { cid: Cid; done: Promise<Done> } {
    const { clock, changed } = this.#deps;
    const cid = clock.cid();
    if (this.#entries.size >= bounds.outboxMax) {
      return { cid, done: Promise.reject(failure("limit", `${bounds.outboxMax} commands are waiting`)) };
    }
    const done = new Promise<Done>((resolve, reject) => {
      const command = { cid, room, op, in: input, at: clock.now(), error: null, discarding: false };
      const entry = this.#enter(command, { resolve, reject });
      changed(entry);
      this.#keep(entry);
    });
    return { cid, done };
  }

  /** Sends what waits; call it when online. */
  flush(): void {
    for (const entry of this.list()) this.#pump(laneOf(entry));
  }

  /** A line or stub carried this cid: it is in, whatever became of the reply. */
  landed(room: RoomId, cid: Cid, seq: Seq): void {
    const entry = this.#entries.get(cid);
    if (!entry) return;
    // A direct room's first message follows the `created` that its command made too.
    this.#succeed(entry, { room, cid, seq, n: seq === 1 && entry.op === "room.post" ? 2 : 1 });
    this.#forget(entry);
    // Its reply may be lost: the next one needn't wait for that.
    this.#next(laneOf(entry), 0);
  }

  /** The room's cursor moved to `last`: what was answered at or below has its event, or lies in a hole. */
  passed(room: RoomId, last: Seq): void {
    for (const entry of this.#entries.values()) {
      if (entry.room === room && entry.done && entry.done.seq <= last) this.#forget(entry);
    }
  }

  /** A new attempt of a failed command, under a new cid: the old one is refused for ever. */
  retry(cid: Cid): Promise<Done> {
    const entry = this.#entries.get(cid);
    if (entry?.state !== "failed")
      return Promise.reject(failure("not-found", "no failed command has this cid"));
    this.#drop(entry);
    return this.add(entry.op, entry.room, entry.in).done;
  }

  /**
   * Gives a command up. One that may have been sent stays listed until the server has closed its cid;
   * if it had landed after all, it stands.
   */
  async discard(cid: Cid): Promise<void> {
    const entry = this.#entries.get(cid);
    if (!entry) return;
    if (entry.state === "failed" || (entry.state === "queued" && !entry.again)) {
      this.#drop(entry);
      entry.settle.reject(failure("closed", "discarded"));
    } else if (entry.room !== null && entry.state !== "stored") {
      entry.discarding = true;
      this.#keep(entry);
    }
  }

  /** The client closes: what is left stays in the storage, and its promises settle. */
  stop(): void {
    for (const cancel of this.#busy.values()) cancel();
    this.#busy.clear();
    const left = this.#entries;
    this.#entries = new Map();
    for (const { settle } of left.values()) {
      settle.reject(failure("unknown", "the client was closed; the command stays in the outbox", true));
    }
  }

  #enter(command: Command, settle: Entry["settle"]): Entry {
    const entry: Entry = {
      ...command,
      state: "queued",
      done: null,
      kept: false,
      again: false,
      renamed: false,
      attempt: 0,
      settle,
    };
    this.#entries.set(entry.cid, entry);
    return entry;
  }

  /** Kept first, sent second: a crash in between loses nothing that the user saw. */
  #keep(entry: Entry): void {
    this.#write(entry.cid, entry).then(
      () => {
        entry.kept = true;
        this.#pump(laneOf(entry));
      },
      () => this.#fail(entry, failure("unavailable", "the device could not keep the command", true)),
    );
  }

  #write(key: Cid, { cid, room, op, in: input, at, error, discarding }: Command): Promise<void> {
    return this.#deps.storage.put({ [keyOf(key)]: { cid, room, op, in: input, at, error, discarding } });
  }

  /** A record that stays by mistake is sent once more as `again`, which is safe: so nobody waits here. */
  #erase(cid: Cid): void {
    this.#deps.storage.put({ [keyOf(cid)]: undefined }).catch(() => {});
  }

  #pump(lane: string): void {
    if (this.#busy.has(lane) || !this.#deps.online()) return;
    for (const entry of this.#entries.values()) {
      if (laneOf(entry) !== lane || entry.state !== "queued") continue;
      // Order: the first of the lane goes first, even if the second is kept already.
      if (entry.kept) void this.#send(entry, lane);
      return;
    }
  }

  async #send(entry: Entry, lane: string): Promise<void> {
    const flight = (): void => {};
    this.#busy.set(lane, flight);
    this.#become(entry, "sending");
    const { cid, discarding } = entry;
    let pauseMs = 0;
    try {
      const answer = (await this.#deps.request(
        discarding ? "room.landed" : entry.op,
        this.#input(entry),
      )) as Answer;
      if (this.#entries.get(cid) === entry) this.#answered(entry, answer);
    } catch (thrown) {
      if (this.#entries.get(cid) === entry) pauseMs = this.#refused(entry, asError(thrown));
    }
    if (this.#busy.get(lane) === flight) this.#next(lane, pauseMs);
  }

  #input(entry: Entry): Record<string, unknown> {
    const { room, cid, again } = entry;
    if (entry.discarding) return { room, cid };
    const input = { ...entry.in, ...(room === null ? {} : { room }), cid, ...(again ? { again } : {}) };
    entry.again = true;
    return input;
  }

  #answered(entry: Entry, answer: Answer): void {
    if (answer.landed === false) {
      this.#drop(entry);
      entry.settle.reject(failure("closed", "discarded"));
      return;
    }
    const done = { room: answer.room ?? entry.room ?? "", cid: entry.cid, seq: answer.seq, n: answer.n };
    this.#succeed(entry, done);
    if (entry.room === null || this.#deps.passed(entry.room, done.seq)) this.#forget(entry);
  }

  /** @returns how long the lane pauses */
  #refused(entry: Entry, error: StarlingError): number {
    if (error.code === "clock" && error.now !== null && !entry.renamed) this.#rename(entry, error.now);
    else if (error.retryable || error.code === "unauthorized") {
      this.#become(entry, "queued");
      return Math.max(error.retryAfterMs, jitter(this.#deps.platform, entry.attempt++));
    } else this.#fail(entry, error);
    return 0;
  }

  #next(lane: string, pauseMs: number): void {
    this.#busy.get(lane)?.();
    this.#busy.delete(lane);
    if (pauseMs === 0) this.#pump(lane);
    else
      this.#busy.set(
        lane,
        this.#deps.platform.after(pauseMs, () => this.#next(lane, 0)),
      );
  }

  /** Our clock ran ahead: the refusal is final for this cid, so the command gets another, in its old place. */
  #rename(entry: Entry, now: Millis): void {
    this.#erase(entry.cid);
    this.#deps.clock.correct(now);
    entry.cid = this.#deps.clock.cid();
    entry.renamed = true;
    entry.again = entry.kept = false;
    this.#entries = new Map([...this.#entries.values()].map((each) => [each.cid, each]));
    this.#become(entry, "queued");
    this.#keep(entry);
  }

  #succeed(entry: Entry, done: Done): void {
    if (entry.done) return;
    entry.done = done;
    this.#become(entry, "stored");
    this.#erase(entry.cid);
    entry.settle.resolve(done);
  }

  /** A message waits for the user; anything else is gone with its error. */
  #fail(entry: Entry, error: StarlingError): void {
    entry.settle.reject(error);
    if (entry.op !== "room.post" || entry.discarding) this.#drop(entry);
    else {
      entry.error = error.code;
      this.#become(entry, "failed");
      this.#write(entry.cid, entry).catch(() => {});
    }
  }

  #drop(entry: Entry): void {
    this.#erase(entry.cid);
    this.#forget(entry);
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.cid);
    this.#deps.changed(entry);
  }

  #become(entry: Entry, state: Pending["state"]): void {
    entry.state = state;
    this.#deps.changed(entry);
  }
}

interface Answer {
  room?: RoomId;
  seq: Seq;
  n: number;
  landed?: boolean;
}

/** One command in flight per room; a new room is nobody's neighbour. */
function laneOf(entry: Command): string {
  return entry.room ?? entry.cid;
}
