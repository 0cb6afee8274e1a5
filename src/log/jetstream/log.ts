import type { PubAck } from "@nats-io/jetstream";
import { headers, type Msg, NoRespondersError, RequestError } from "@nats-io/transport-node";
import { limits } from "../../../actors/limits.ts";
import {
  type Anchor,
  Fenced,
  type Head,
  type Log,
  type LogRecord,
  type Position,
  type RecordDraft,
  type RoomId,
  Unavailable,
  UnknownOutcome,
  Unreadable,
  type Unsubscribe,
} from "../../../actors/ports.ts";
import type { Platform } from "../../../actors/runtime/platform.ts";
import { Away, type Connection } from "../../nats/connection.ts";
import { pause } from "../../waiting.ts";
import { withinBytes } from "../within-bytes.ts";
import { anchorAt } from "./anchor.ts";
import { readHeads } from "./heads.ts";
import type { Reads } from "./reads.ts";
import { encodeRecord } from "./record.ts";
import { complete } from "./run.ts";
import { fenceHeader, readable, recordOf, type Stored } from "./stored.ts";
import {
  liveSubject,
  logSubject,
  streamCount,
  streamLiveSubject,
  streamOf,
  streamSubject,
} from "./subjects.ts";

/** What the server answers to an append. */
type Answer = Partial<PubAck> & { error?: { err_code: number; description: string } };

const wrongLast = 10071;
const writeInFlight = 10164;
/**
 * Refusals that the server makes before it proposes anything to the replicas, or that all of them make alike: resources
 * (10002, 10023, 10028, 10047), size (10054), a limit of the stream (10077), sealed (10109), too many requests (10167).
 */
const definite = new Set([10002, 10023, 10028, 10047, 10054, 10077, 10109, 10167]);

export interface JetStreamLogOptions {
  /** For appends and reads. */
  connection: Connection;
  /** For what is delivered: a slow fan-out must not hold up acknowledgements. */
  live: Connection;
  reads: Reads;
  platform: Platform;
  /** A live copy could not be read: it isn't delivered, the feed finds the hole. */
  ignored: (what: "live") => void;
}

/** The log of a cluster: eight streams, replicated, fenced by the room's own subject (DESIGN §8). */
export class JetStreamLog implements Log {
  readonly streams = streamCount;
  readonly #options: JetStreamLogOptions;
  /** Of the last record that was scanned, by stream: what a reader asks next, for nothing. */
  readonly #scanned = new Map<number, Anchor>();

  constructor(options: JetStreamLogOptions) {
    this.#options = options;
  }

  streamOf(room: RoomId): number {
    return streamOf(room);
  }

  async append(room: RoomId, expected: Position, draft: RecordDraft): Promise<Position> {
    const subject = logSubject(room);
    const record = encodeRecord(room, draft);
    if (record.length > limits.recordBytesMax)
      throw new Unavailable(`a record of ${record.length} bytes is too large`);
    const end = this.#options.platform.monotonic() + limits.appendMs;
    for (let pauseMs: number = limits.fencePauseMs; ; pauseMs *= 2) {
      const { seq, error } = await this.#publish(subject, expected, record);
      if (error === undefined && seq !== undefined) return seq;
      const { err_code: code = 0, description = "no answer that we know" } = error ?? {};
      if (code === wrongLast) throw new Fenced(`not at ${expected}: ${description}`);
      if (code !== writeInFlight) {
        throw definite.has(code) ? new Unavailable(description) : new UnknownOutcome(description);
      }
      // Another's write of this room is on its way through the replicas: soon it has won, or failed.
      if (this.#options.platform.monotonic() + pauseMs > end) {
        throw new Unavailable(`another write of room ${room} stays in flight`);
      }
      await pause(this.#options.platform, pauseMs);
    }
  }

  heads(rooms: readonly RoomId[]): Promise<Head[]> {
    return readHeads(this.#options.reads, rooms);
  }

  async tail(room: RoomId, after: Position, bytesMax: number): Promise<LogRecord[]> {
    const { reads } = this.#options;
    const [stream, subject] = [streamOf(room), logSubject(room)];
    const head = await reads.last(stream, subject);
    if (head === null || head.position <= after) return [];
    // The usual case: one record more, and it came with the head.
    if (head.prev !== null && head.prev <= after) return readable([head]);
    const stored = await complete({
      reads,
      stream,
      subject,
      after,
      upTo: async () => head.position,
      follows: ({ prev }, last) => prev !== null && prev <= last,
      bytesMax,
    });
    return withinBytes(readable(stored), bytesMax);
  }

  async scan(stream: number, after: Position, countMax: number): Promise<LogRecord[]> {
    const { reads } = this.#options;
    let created = "";
    const stored = await complete({
      reads,
      stream,
      subject: streamSubject(stream),
      after,
      upTo: async () => {
        const state = await reads.state(stream);
        created = state.created;
        return state.last;
      },
      follows: ({ position }, last) => position === last + 1,
      countMax,
      bytesMax: limits.readBytesMax,
    });
    const records = readable(stored);
    const last = stored[records.length - 1];
    if (last !== undefined && created !== "") {
      this.#scanned.set(stream, { created, position: last.position, time: last.time });
    }
    return records;
  }

  async anchorAt(stream: number, position: Position): Promise<Anchor> {
    const scanned = this.#scanned.get(stream);
    return scanned?.position === position ? scanned : anchorAt(this.#options.reads, stream, position);
  }

  async subscribe(room: RoomId, deliver: (record: LogRecord) => void): Promise<Unsubscribe> {
    return this.#options.live.listen(liveSubject(room), (message) => {
      try {
        deliver(recordOf(liveOf(message)));
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        this.#options.ignored("live");
      }
    });
  }

  follow(stream: number, wake: () => void): Unsubscribe {
    const { live, platform } = this.#options;
    let armed = false;
    let stopped = false;
    const soon = () => {
      if (armed) return;
      armed = true;
      platform.soon(() => {
        armed = false;
        if (!stopped) wake();
      });
    };
    const subscription = live.nats.subscribe(streamLiveSubject(stream), { callback: soon });
    // What was committed before it is in force, or while we are away, wakes nobody.
    live.nats.flush().then(soon, () => {});
    const unwatch = live.watch((up) => up && soon());
    return () => {
      stopped = true;
      unwatch();
      subscription.unsubscribe();
    };
  }

  /** Records leave these streams by age, each in its time: removing one would move its room's fence back. */
  async trim(): Promise<number> {
    return 0;
  }

  async #publish(subject: string, expected: Position, record: Uint8Array): Promise<Answer> {
    const fence = headers();
    fence.set(fenceHeader, String(expected));
    try {
      const { connection } = this.#options;
      return (await connection.request(subject, record, limits.appendMs, fence)).json<Answer>();
    } catch (error) {
      throw failureOf(error);
    }
  }
}

/** Definite only where the record reached nobody. */
function failureOf(error: unknown): Unavailable | UnknownOutcome {
  const nobody =
    error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());
  if (nobody) return new Unavailable("the stream has no leader", { cause: error });
  if (error instanceof Away) return new Unavailable(error.message, { cause: error });
  return new UnknownOutcome("no answer to the append", { cause: error });
}

/** A copy that the server republished after the commit. */
function liveOf({ headers: found, data }: Msg): Stored {
  const value = (name: string) => found?.get(name) ?? "";
  return {
    subject: value("Nats-Subject"),
    position: Number(value("Nats-Sequence")),
    prev: Number(value("Nats-Last-Sequence")),
    data,
    time: value("Nats-Time-Stamp"),
  };
}
