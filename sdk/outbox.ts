/**
 * Durable commands on their way. Each is kept before it is sent, goes out one at a time per room, and
 * stays until its fate is known: a reply, or its own cid in an `events` frame, whichever comes first.
 */
import type { Cid, Millis, RoomId, Seq } from "../actors/ports.ts";
import type { ErrorCode } from "../actors/room/errors.ts";
import { jitter } from "./chore.ts";
import { asError, failure, ignore, type StarlingError } from "./error.ts";
import type { Host } from "./host.ts";
import { outboxMax } from "./limits.ts";

/** Kept in the storage, as it is, under `outbox:<cid>`. */
interface Command {
  cid: Cid;
  /** null: the command makes a room. */
  room: RoomId | null;
  op: string;
  in: Record<string, unknown>;
  at: Millis;
  /** `stored`: answered, and waiting for its event, since only that closes the seq. */
  state: "queued" | "sending" | "stored" | "failed";
  /** Why it failed. */
  error: ErrorCode | null;
  /** The first event of the command, and how many there are; 0 while nobody knows. */
  seq: Seq;
  n: number;
  /** It is in the storage. */
  kept: boolean;
  /** It may have been sent before. */
  again: boolean;
  /** Its cid was minted anew, by the server's clock. */
  renamed: boolean;
  /** The user gave it up, and only the server can say whether it landed. */
  discarding: boolean;
  attempt: number;
}

export type Pending = Readonly<Command>;
export type Done = Pick<Pending, "cid" | "seq" | "n"> & { room: RoomId };

interface Waiting {
  resolve(done: Done): void;
  reject(error: StarlingError): void;
}

interface Answer {
  room?: RoomId;
  seq: Seq;
  n: number;
  landed?: boolean;
}

interface Needs extends Pick<Host, "platform" | "clock" | "storage" | "online" | "request"> {
  /** Whether this seq of the room has come already (or lies in a hole): its event won't come again. */
  passed(room: RoomId, seq: Seq): boolean;
  /** A command came, changed or went. */
  commandChanged(command: Pending): void;
}

export class Outbox {
  readonly #host: Needs;
  /** In the order of sending. */
  #commands = new Map<Cid, Command>();
  readonly #waiting = new Map<Command, Waiting>();
  /** Per lane: ends the pause after a failure, or does nothing while a command is in flight. */
  readonly #busy = new Map<string, () => void>();

  constructor(host: Needs) {
    this.#host = host;
  }

  /** Oldest first. */
  list(): readonly Pending[] {
    return [...this.#commands.values()];
  }

  get(cid: Cid): Pending | undefined {
    return this.#commands.get(cid);
  }

  /** What an earlier run left: nobody knows whether it was sent, so it goes as `again`. */
  async restore(): Promise<void> {
    const { storage } = this.#host;
    for (const key of await storage.keys("outbox:")) {
      const command = (await storage.get(key)) as Command | undefined;
      if (!command || this.#commands.has(command.cid)) continue;
      this.#enter({ ...command, state: command.error ? "failed" : "queued", kept: true, again: true });
    }
    this.flush();
  }

  /** Listed at once. `done` resolves when the command is durable, and rejects when it never will be. */
  add(op: string, room: RoomId | null, input: Record<string, unknown>): Promise<Done> {
    return new Promise((resolve, reject) => {
      if (this.#commands.size >= outboxMax) throw failure("limit", `${outboxMax} commands are waiting`);
      const { clock } = this.#host;
      const command: Command = {
        ...{
          cid: clock.cid(),
          room,
          op,
          in: input,
          at: clock.now(),
          state: "queued",
          error: null,
          seq: 0,
          n: 0,
        },
        ...{ kept: false, again: false, renamed: false, discarding: false, attempt: 0 },
      };
      this.#waiting.set(command, { resolve, reject });
      this.#enter(command);
      this.#keep(command);
    });
  }

  /** Sends what waits; call it when online. */
  flush(): void {
    for (const command of this.list()) this.#pump(laneOf(command));
  }

  /** A line or stub carried this cid: it is in, whatever became of the reply. */
  landed(room: RoomId, cid: Cid, seq: Seq): void {
    const command = this.#commands.get(cid);
    if (!command) return;
    // A direct room's first message follows the `created` that its command made too.
    this.#succeed(command, { room, seq, n: seq === 1 && command.op === "room.post" ? 2 : 1 });
    this.#forget(command);
    // Its reply may be lost: the next one needn't wait for that.
    this.#next(laneOf(command), 0);
  }

  /** The room's cursor moved: what was answered at or below has its event, or lies in a hole. */
  passed(room: RoomId, last: Seq): void {
    for (const command of this.#commands.values()) {
      if (command.room === room && command.seq > 0 && command.seq <= last) this.#forget(command);
    }
  }

  /** A new attempt of a failed command, under a new cid: the old one is refused for ever. */
  async retry(cid: Cid): Promise<Done> {
    const command = this.#commands.get(cid);
    if (command?.state !== "failed") throw failure("not-found", "no failed command has this cid");
    this.#drop(command);
    return this.add(command.op, command.room, command.in);
  }

  /**
   * Gives a command up. One that may have been sent stays listed until the server has closed its cid;
   * if it had landed after all, it stands.
   */
  async discard(cid: Cid): Promise<void> {
    const command = this.#commands.get(cid);
    if (!command || command.state === "stored") return;
    if (command.state === "failed" || !command.again) this.#discarded(command);
    else if (command.room !== null) {
      command.discarding = true;
      this.#keep(command);
    }
  }

  /** The client closes: what is left stays in the storage, and its promises settle. */
  stop(): void {
    for (const end of this.#busy.values()) end();
    this.#busy.clear();
    this.#commands = new Map();
    for (const { reject } of this.#waiting.values())
      reject(failure("unknown", "closed; it stays in the outbox", true));
    this.#waiting.clear();
  }

  #enter(command: Command): void {
    this.#commands.set(command.cid, command);
    this.#host.commandChanged(command);
  }

  /** Kept first, sent second: a crash in between loses nothing that the user saw. */
  #keep(command: Command): void {
    this.#write(command).then(
      () => {
        command.kept = true;
        this.#pump(laneOf(command));
      },
      () => this.#fail(command, failure("unavailable", "the device could not keep it", true)),
    );
  }

  #write(command: Command): Promise<void> {
    return this.#host.storage.put({ [`outbox:${command.cid}`]: { ...command } });
  }

  /** A record that stays by mistake is sent once more as `again`, which is safe: so nobody waits here. */
  #erase(cid: Cid): void {
    this.#host.storage.put({ [`outbox:${cid}`]: undefined }).catch(ignore);
  }

  #pump(lane: string): void {
    if (this.#busy.has(lane) || !this.#host.online()) return;
    const first = this.list().find((command) => laneOf(command) === lane && command.state === "queued");
    // Order: the first of the lane goes first, even if the second is kept already.
    if (first?.kept) void this.#send(first, lane);
  }

  async #send(command: Command, lane: string): Promise<void> {
    const { cid, room, again, discarding } = command;
    const flight = (): void => {};
    this.#busy.set(lane, flight);
    command.again = true;
    this.#become(command, "sending");
    const name = room === null ? { cid } : { room, cid };
    const input = discarding ? name : { ...command.in, ...name, ...(again ? { again } : {}) };
    let pauseMs = 0;
    try {
      const answer = (await this.#host.request(discarding ? "room.landed" : command.op, input)) as Answer;
      if (this.#commands.get(cid) === command) this.#answered(command, answer);
    } catch (thrown) {
      if (this.#commands.get(cid) === command) pauseMs = this.#refused(command, asError(thrown));
    }
    if (this.#busy.get(lane) === flight) this.#next(lane, pauseMs);
  }

  #answered(command: Command, { landed, seq, n, room = command.room ?? "" }: Answer): void {
    if (landed === false) this.#discarded(command);
    else this.#succeed(command, { room, seq, n });
    if (command.room === null || this.#host.passed(room, seq)) this.#forget(command);
  }

  /** @returns how long the lane pauses */
  #refused(command: Command, error: StarlingError): number {
    if (error.code === "clock" && error.now !== undefined && !command.renamed)
      this.#rename(command, error.now);
    else if (error.retryable || error.code === "unauthorized") {
      this.#become(command, "queued");
      return Math.max(error.retryAfterMs, jitter(this.#host.platform, command.attempt++));
    } else this.#fail(command, error);
    return 0;
  }

  #next(lane: string, pauseMs: number): void {
    this.#busy.get(lane)?.();
    this.#busy.delete(lane);
    if (pauseMs > 0) {
      const end = this.#host.platform.after(pauseMs, () => this.#next(lane, 0));
      this.#busy.set(lane, end);
    } else this.#pump(lane);
  }

  /** Our clock ran ahead: the refusal is final for this cid, so the command gets another, in its old place. */
  #rename(command: Command, now: Millis): void {
    const { clock } = this.#host;
    this.#erase(command.cid);
    clock.correct(now);
    Object.assign(command, { cid: clock.cid(), renamed: true, again: false, kept: false });
    this.#commands = new Map(this.list().map((each) => [each.cid, each]));
    this.#become(command, "queued");
    this.#keep(command);
  }

  #succeed(command: Command, done: Omit<Done, "cid">): void {
    if (command.state === "stored") return;
    Object.assign(command, { seq: done.seq, n: done.n });
    this.#become(command, "stored");
    this.#erase(command.cid);
    this.#settle(command)?.resolve({ ...done, cid: command.cid });
  }

  /** A message waits for the user; anything else is gone with its error. */
  #fail(command: Command, error: StarlingError): void {
    this.#settle(command)?.reject(error);
    if (command.op !== "room.post" || command.discarding) this.#drop(command);
    else {
      command.error = error.code;
      this.#become(command, "failed");
      this.#write(command).catch(ignore);
    }
  }

  #discarded(command: Command): void {
    this.#drop(command);
    this.#settle(command)?.reject(failure("closed", "discarded"));
  }

  #settle(command: Command): Waiting | undefined {
    const waiting = this.#waiting.get(command);
    this.#waiting.delete(command);
    return waiting;
  }

  #drop(command: Command): void {
    this.#erase(command.cid);
    this.#forget(command);
  }

  #forget(command: Command): void {
    this.#commands.delete(command.cid);
    this.#host.commandChanged(command);
  }

  #become(command: Command, state: Command["state"]): void {
    command.state = state;
    this.#host.commandChanged(command);
  }
}

/** One command in flight per room; a new room is nobody's neighbour. */
function laneOf({ room, cid }: Pending): string {
  return room ?? cid;
}
