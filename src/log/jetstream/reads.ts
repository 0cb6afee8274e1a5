/**
 * Reading a stream. The leader is the authority, one message at a time; any replica gives many at once, but may lag, or, cut
 * off, say for ever that all is well. So what a replica gives is held against the leader.
 */
import type { Msg } from "@nats-io/transport-node";
import { limits } from "../../../actors/limits.ts";
import { type Position, Unavailable } from "../../../actors/ports.ts";
import type { Connection } from "../../nats/connection.ts";
import type { Gatherer } from "../../nats/gather.ts";
import { fenceHeader, fenceOf, type Stored } from "./stored.ts";
import { type StreamInfo, type StreamState, stateOf } from "./stream-state.ts";
import { streamName } from "./subjects.ts";

const notFound = 10037;
const streamNotFound = 10059;
const fenceLine = new RegExp(`^${fenceHeader}: *(\\d+)`, "m");

/** What the JetStream API answers to the two requests that are made here. Data and headers are base64. */
interface ApiAnswer {
  error?: { err_code: number; description: string };
  message?: { subject: string; seq: number; hdrs?: string; data?: string; time: string };
  /** All of them, or none. */
  created?: string;
  ts?: string;
  config?: StreamInfo["config"];
  state?: StreamInfo["state"];
}

/** The last messages of some subjects, as one replica knows them. */
export interface Lasts {
  found: Map<string, Stored>;
  /** Complete up to here; 0: the replica can't say. */
  upTo: Position;
}

export class Reads {
  readonly #connection: Connection;
  readonly #gatherer: Gatherer;

  constructor(connection: Connection, gatherer: Gatherer) {
    this.#connection = connection;
    this.#gatherer = gatherer;
  }

  /** The newest message of a subject, says the leader. */
  last(stream: number, subject: string): Promise<Stored | null> {
    return this.#message(stream, { last_by_subj: subject });
  }

  /** The first message of a subject (or wildcard) at or after a position, says the leader. */
  next(stream: number, subject: string, from: Position): Promise<Stored | null> {
    return this.#message(stream, { seq: from, next_by_subj: subject });
  }

  at(stream: number, position: Position): Promise<Stored | null> {
    return this.#message(stream, { seq: position });
  }

  /** What the leader says of the stream itself. */
  async state(stream: number): Promise<StreamState> {
    const found = await this.find(stream);
    if (found === null) throw unavailable(stream, "there is no such stream");
    return found;
  }

  /** The same; null: there is no such stream. */
  async find(stream: number): Promise<StreamState | null> {
    const { created, ts = "", config, state, error } = await this.#api(stream, "STREAM.INFO", "");
    if (error?.err_code === streamNotFound) return null;
    if (created === undefined || config === undefined || state === undefined) {
      throw unavailable(stream, "it gave no state");
    }
    return stateOf({ created, ts, config, state });
  }

  /** Messages of a subject at or after a position, oldest first, from any replica: it may lag. */
  async page(
    stream: number,
    subject: string,
    from: Position,
    count: number,
    bytes: number,
  ): Promise<Stored[]> {
    const found: Stored[] = [];
    await this.#direct(
      stream,
      { seq: from, next_by_subj: subject, batch: count, max_bytes: Math.min(bytes, limits.readBytesMax) },
      (answer) => found.push(storedOf(answer)),
    );
    return found;
  }

  async lasts(stream: number, subjects: readonly string[]): Promise<Lasts> {
    const found = new Map<string, Stored>();
    const end = await this.#direct(
      stream,
      { multi_last: subjects, max_bytes: limits.readBytesMax },
      (answer) => {
        const stored = storedOf(answer);
        found.set(stored.subject, stored);
      },
    );
    const whole = end?.headers?.get("Nats-Num-Pending") === "0";
    return { found, upTo: whole ? Number(end?.headers?.get("Nats-UpTo-Sequence")) : 0 };
  }

  async #message(
    stream: number,
    query: { seq: number; next_by_subj?: string } | { last_by_subj: string },
  ): Promise<Stored | null> {
    const { message } = await this.#api(stream, "STREAM.MSG.GET", JSON.stringify(query));
    if (message === undefined) return null;
    const { subject, seq, hdrs = "", data = "", time } = message;
    const fence = fenceLine.exec(Buffer.from(hdrs, "base64").toString())?.[1];
    return {
      subject,
      position: seq,
      prev: fence === undefined ? null : Number(fence),
      data: Buffer.from(data, "base64"),
      time,
    };
  }

  /** Only the leader answers these. An answer without a message: there is none. @throws Unavailable */
  async #api(stream: number, verb: "STREAM.INFO" | "STREAM.MSG.GET", query: string): Promise<ApiAnswer> {
    let answer: ApiAnswer;
    try {
      const subject = `$JS.API.${verb}.${streamName(stream)}`;
      answer = (await this.#connection.request(subject, query, limits.logReadMs)).json<ApiAnswer>();
    } catch (error) {
      throw unavailable(stream, error instanceof Error ? error.message : "unknown error");
    }
    const { err_code: code = notFound, description = "" } = answer.error ?? {};
    if (code === notFound || (code === streamNotFound && verb === "STREAM.INFO")) return answer;
    throw unavailable(stream, description);
  }

  /** Gives each message to `take`; the answer that ended the batch, null when nothing was found or nobody answered. */
  async #direct(stream: number, query: object, take: (answer: Msg) => void): Promise<Msg | null> {
    let end: Msg | null = null;
    const subject = `$JS.API.DIRECT.GET.${streamName(stream)}`;
    const how = await this.#gatherer.ask(subject, JSON.stringify(query), limits.replicaReadMs, (answer) => {
      const code = answer.headers?.code ?? 0;
      if (code === 0) {
        take(answer);
        // Servers before 2.11 know no batches: one message is all that comes.
        return answer.headers?.has("Nats-Num-Pending") !== true;
      }
      if (code === 204) end = answer;
      return true;
    });
    if (how === "cut") throw new Unavailable("the connection to NATS broke");
    // A replica that is frozen or gone: the leader is asked instead.
    return end;
  }
}

function storedOf({ headers, data }: Msg): Stored {
  return {
    subject: headers?.get("Nats-Subject") ?? "",
    position: Number(headers?.get("Nats-Sequence")),
    prev: fenceOf(headers),
    data,
    time: headers?.get("Nats-Time-Stamp") ?? "",
  };
}

/** Reads change nothing: whatever failed, the answer isn't there. */
function unavailable(stream: number, reason: string): Unavailable {
  return new Unavailable(`the leader of ${streamName(stream)} gives no answer: ${reason}`);
}
