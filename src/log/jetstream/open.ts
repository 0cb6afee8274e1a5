/** What a node of a cluster has of NATS: the log in JetStream and the bus on core NATS. */
import { jetstreamManager } from "@nats-io/jetstream";
import { limits } from "../../../actors/limits.ts";
import {
  type Anchor,
  type Checkpoint,
  type Millis,
  type Position,
  Unavailable,
} from "../../../actors/ports.ts";
import type { Platform } from "../../../actors/runtime/platform.ts";
import { NatsBus } from "../../bus/nats.ts";
import { Connection, type ConnectionOptions } from "../../nats/connection.ts";
import { Gatherer } from "../../nats/gather.ts";
import { pause } from "../../waiting.ts";
import { type AnchorState, checkAnchor, checkAnchors, isLoss, LostLog, type StreamReads } from "./anchor.ts";
import { JetStreamLog } from "./log.ts";
import { Reads } from "./reads.ts";
import { isBlankAfter } from "./stream-state.ts";
import { ensureStreams, type StreamOptions, WrongStream } from "./streams.ts";
import { streamCount, streamSubject } from "./subjects.ts";

export interface JetStreamOptions extends ConnectionOptions, Partial<StreamOptions> {
  platform: Platform;
  /** Something came that isn't ours: a live copy or a message on the bus that can't be read. Default: nobody is told. */
  ignored?: (what: "live" | "bus") => void;
  /** How far documents were made from the streams. Default: nothing is known of them. */
  checkpoints?: readonly Checkpoint[];
  /** A handler of a bus message threw. Default: the error surfaces as an unhandled rejection. */
  failed?: (error: unknown) => void;
}

export interface JetStream extends AsyncDisposable {
  log: JetStreamLog;
  bus: NatsBus;
  /** What appends and reads go over. `connection.watch` tells when it is away: then heads want to be compared. */
  connection: Connection;
  /** What live copies and the bus come over. */
  live: Connection;
  /** What the leader says of a stream. @throws Unavailable */
  state(stream: number): ReturnType<Reads["state"]>;
  /**
   * The oldest record of a stream above a position, and whether nothing lay between. `at` is NaN when all have left.
   * @throws Unavailable
   */
  oldestAfter(stream: number, position: Position): Promise<{ at: Millis; next: boolean } | null>;
  /** @throws Unavailable */
  anchorAt(stream: number, position: number): Promise<Anchor>;
  /** What became of a stream since a checkpoint. @throws Unavailable */
  checkAnchor(checkpoint: Checkpoint): Promise<AnchorState>;
}

/** @throws when NATS isn't there, too old, or its streams can't be used: one plain sentence. LostLog: they aren't what they were */
export async function openJetStream(options: JetStreamOptions): Promise<JetStream> {
  const { platform, ignored = () => {}, failed = (error) => void Promise.reject(error) } = options;
  await using stack = new AsyncDisposableStack();
  const connection = stack.use(await Connection.open(options));
  const { changed: _, ...same } = options;
  const live = stack.use(await Connection.open({ ...same, name: `${options.name ?? "starling"} live` }));
  const gatherer = stack.adopt(new Gatherer(connection, platform), (open) => open.stop());
  const reads = new Reads(connection, gatherer);
  await ensured(connection, reads, options);
  const bus = stack.adopt(new NatsBus({ connection: live, platform, ignored, failed }), (open) =>
    open.stop(),
  );
  const log = new JetStreamLog({ connection, live, reads, platform, ignored });
  const owned = stack.move();
  return {
    log,
    bus,
    connection,
    live,
    state: (stream) => reads.state(stream),
    async oldestAfter(stream, position) {
      const state = await reads.state(stream);
      if (state.last <= position || isBlankAfter(state, position)) return null;
      const found = await reads.next(stream, streamSubject(stream), position + 1);
      const next = state.first <= position + 1;
      // Older ones are still there, so none has left by age: what lies there holds nothing.
      if (found === null && next) return null;
      return { at: Date.parse(found?.time ?? ""), next };
    },
    anchorAt: (stream, position) => log.anchorAt(stream, position),
    checkAnchor: (checkpoint) => checkAnchor(lookingAt(reads), checkpoint),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const lookingAt = (reads: Reads): StreamReads => ({
  state: (stream) => reads.find(stream),
  at: (stream, position) => reads.at(stream, position),
});

/** Before any is made: one that is missing was lost. @throws LostLog */
async function assertKept(reads: Reads, checkpoints: readonly Checkpoint[]): Promise<void> {
  const states = await checkAnchors(lookingAt(reads), checkpoints);
  if ([...states.values()].some(isLoss)) throw new LostLog(states);
}

/** Streams without a leader, and servers that have just begun, answer later. */
async function ensured(connection: Connection, reads: Reads, options: JetStreamOptions): Promise<void> {
  const { platform } = options;
  const replicas = options.replicas ?? (connection.nats.info?.cluster === undefined ? 1 : 3);
  const { keptMs, checkpoints = [], create = checkpoints.length === 0 } = options;
  const streams = { replicas, create, ...(keptMs === undefined ? {} : { keptMs }) };
  const jsm = await jetstreamManager(connection.nats, { timeout: limits.logReadMs, checkAPI: false });
  const end = platform.monotonic() + limits.logOpenMs;
  for (;;) {
    try {
      await assertKept(reads, checkpoints);
      await ensureStreams(jsm, streams);
      // That it was made isn't known everywhere at once: a read may still be told that there is no such stream.
      for (let stream = 0; stream < streamCount; stream++) await reads.at(stream, 1);
      return;
    } catch (error) {
      if (error instanceof WrongStream || error instanceof LostLog) throw error;
      if (platform.monotonic() > end) {
        const reason = error instanceof Error ? error.message : "unknown error";
        throw new Unavailable(`the streams of the log can't be opened: ${reason}`, { cause: error });
      }
      await pause(platform, limits.reconnectPauseMs);
    }
  }
}
