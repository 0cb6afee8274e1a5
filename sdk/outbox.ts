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

/** Kept in the storage under `outbox:<cid>`, as JSON: so whoever waits for it is left out. */
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
  /** First event, once it is stored. */
  seq?: Seq;
  /** It is in the storage. */
  kept?: boolean;
  /** It may have been sent before. */
  again?: boolean;
  /** Its cid was minted anew, by the server's clock. */
  renamed?: boolean;
  attempt: number;
  resolve?(done: Done): void;
  reject?(error: StarlingError): void;
}

export type Pending = Readonly<Command>;

/** First event of a command, and how many there are. */
export interface Done {
  room: RoomId;
  cid: Cid;
  seq: Seq;
  n: number;
}

interface Answer {
  room?: RoomId;
  seq: Seq;
  n: number;
}

interface Needs extends Pick<Host, "platform" | "clock" | "storage" | "online" | "request"> {
  /** Whether this seq of the room has come already (or lies in a hole): its event won't come again. */
  passed(room: RoomId, seq: Seq): boolean;
  /** A command came, changed or went. */
  commandChanged(command: Pending): void;
}

export type Outbox = ReturnType<typeof createOutbox>;

export function createOutbox({ platform, clock, storage, online, request, passed, commandChanged }: Needs) {
  /** In the order of sending. */
  let commands = new Map<Cid, Command>();
  /** Per lane: the command in flight, or what cancels the pause after a failure. */
  const busy = new Map<string, Command | (() => void)>();

  const list = (): Command[] => [...commands.values()];

  function enter(command: Command): void {
    commands.set(command.cid, command);
    commandChanged(command);
  }

  function become(command: Command, state: Command["state"]): void {
    command.state = state;
    commandChanged(command);
  }

  function forget(command: Command): void {
    commands.delete(command.cid);
    commandChanged(command);
  }

  function save({ cid }: Command, record: string | undefined): Promise<void> {
    return storage.put({ [`outbox:${cid}`]: record });
  }

  function write(command: Command): Promise<void> {
    return save(command, JSON.stringify(command));
  }

  /** A record that stays by mistake is sent once more as `again`, which is safe: so nobody waits here. */
  function erase(command: Command): void {
    save(command, undefined).catch(ignore);
  }

  function drop(command: Command): void {
    erase(command);
    forget(command);
  }

  /** Kept first, sent second: a crash in between loses nothing that the user saw. */
  async function keep(command: Command): Promise<void> {
    try {
      await write(command);
      command.kept = true;
    } catch {
      fail(command, failure("unavailable", "not kept", true));
    }
    pump(laneOf(command));
  }

  function pump(lane: string): void {
    if (busy.has(lane) || !online()) return;
    const first = list().find((command) => laneOf(command) === lane && command.state === "queued");
    // Order: the first of the lane goes first, even if the second is kept already.
    if (first?.kept) void send(first, lane);
  }

  async function send(command: Command, lane: string): Promise<void> {
    const { cid, op, room, again } = command;
    busy.set(lane, command);
    command.again = true;
    become(command, "sending");
    const input = { ...command.in, room: room ?? undefined, cid, again: again || undefined };
    let pauseMs = 0;
    try {
      const answer = (await request(op, input)) as Answer;
      if (commands.get(cid) === command) answered(command, answer);
    } catch (thrown) {
      if (commands.get(cid) === command) pauseMs = refused(command, asError(thrown));
    }
    if (busy.get(lane) === command) next(lane, pauseMs);
  }

  function answered(command: Command, { seq, n, room = command.room ?? "" }: Answer): void {
    succeed(command, { room, cid: command.cid, seq, n });
    if (command.room === null || passed(room, seq)) forget(command);
  }

  /** @returns how long the lane pauses */
  function refused(command: Command, error: StarlingError): number {
    if (error.code === "clock" && error.now !== undefined && !command.renamed) rename(command, error.now);
    else if (error.retryable || error.code === "unauthorized") {
      become(command, "queued");
      return jitter(platform, command.attempt++, error.retryAfterMs);
    } else fail(command, error);
    return 0;
  }

  function next(lane: string, pauseMs: number): void {
    const mark = busy.get(lane);
    if (typeof mark === "function") mark();
    busy.delete(lane);
    if (pauseMs > 0) {
      const end = platform.after(pauseMs, () => next(lane, 0));
      busy.set(lane, end);
    } else pump(lane);
  }

  /** Our clock ran ahead: the refusal is final for this cid, so the command gets another, in its old place. */
  function rename(command: Command, now: Millis): void {
    erase(command);
    clock.correct(now);
    Object.assign(command, { cid: clock.cid(), renamed: true, again: false, kept: false });
    commands = new Map(list().map((each) => [each.cid, each]));
    become(command, "queued");
    void keep(command);
  }

  /** @returns false if that was known */
  function succeed(command: Command, done: Done): boolean {
    if (command.state === "stored") return false;
    command.seq = done.seq;
    become(command, "stored");
    erase(command);
    command.resolve?.(done);
    return true;
  }

  /** A message waits for the user; anything else is gone with its error. */
  function fail(command: Command, error: StarlingError): void {
    command.reject?.(error);
    if (command.op !== "room.post") drop(command);
    else {
      command.error = error.code;
      become(command, "failed");
      write(command).catch(ignore);
    }
  }

  /** Listed at once. Resolves when the command is durable, and rejects when it never will be. */
  function add(op: string, room: RoomId | null, input: Record<string, unknown>): Promise<Done> {
    return new Promise((resolve, reject) => {
      if (commands.size >= outboxMax) throw failure("limit", "outbox full");
      const made = { cid: clock.cid(), at: clock.now(), resolve, reject };
      const command: Command = { ...made, room, op, in: input, state: "queued", error: null, attempt: 0 };
      enter(command);
      void keep(command);
    });
  }

  /** Sends what waits, pauses or not; call it when online. */
  function flush(): void {
    for (const [lane, mark] of busy) if (typeof mark === "function") next(lane, 0);
    for (const command of list()) pump(laneOf(command));
  }

  return {
    add,
    flush,
    /** Oldest first. */
    list: list as () => readonly Pending[],
    get: (cid: Cid): Pending | undefined => commands.get(cid),

    /** What an earlier run left: nobody knows whether it was sent, so it goes as `again`. */
    async restore(): Promise<void> {
      for (const key of await storage.keys("outbox:")) {
        // Another tab may have been faster.
        const command = JSON.parse(
          ((await storage.get(key)) as string | undefined) ?? "null",
        ) as Command | null;
        if (!command || commands.has(command.cid)) continue;
        enter({ ...command, state: command.error ? "failed" : "queued", kept: true, again: true });
      }
      flush();
    },

    /** A line or stub came. If it carries the cid of a command, that is in, whatever became of the reply. */
    landed(room: RoomId, { cid, seq }: { cid?: Cid | undefined; seq: Seq }): void {
      const command = cid && commands.get(cid);
      if (!command) return;
      // A direct room's first message follows the `created` that its command made too.
      const news = succeed(command, { room, cid, seq, n: seq === 1 && command.op === "room.post" ? 2 : 1 });
      forget(command);
      // Its reply may be lost: the next one needn't wait for that. After a reply the next one is on its way already.
      if (news) next(laneOf(command), 0);
    },

    /** The room's cursor moved: what was answered at or below has its event, or lies in a hole. */
    passed(room: RoomId, last: Seq): void {
      for (const command of list()) {
        if (command.room === room && command.seq && command.seq <= last) forget(command);
      }
    },

    /** A new attempt of a failed command, under a new cid: the old one is refused for ever. */
    async retry(cid: Cid): Promise<void> {
      const command = commands.get(cid);
      if (command?.state !== "failed") return;
      drop(command);
      await add(command.op, command.room, command.in);
    },

    /**
     * Gives a command up. One that may have been sent goes only when the server has closed its cid for
     * ever; if it had landed after all, it stands.
     * @throws StarlingError when the server can't be asked now
     */
    async discard(cid: Cid): Promise<void> {
      const command = commands.get(cid);
      if (!command) return;
      if (command.again && command.state !== "failed") {
        const room = command.room ?? "new";
        const answer = (await request("room.landed", { room, cid })) as Answer & { landed: boolean };
        if (answer.landed) return;
      }
      drop(command);
      command.reject?.(failure("closed", "discarded"));
    },

    /** The client closes: what is left stays in the storage, and its promises settle. */
    stop(): void {
      const left = list();
      commands.clear();
      for (const lane of busy.keys()) next(lane, 0);
      for (const { reject } of left) reject?.(failure("unknown", "closed", true));
    },
  };
}

/** One command in flight per room; a new room is nobody's neighbour. */
function laneOf({ room, cid }: Pending): string {
  return room ?? cid;
}
