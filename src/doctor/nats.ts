/** Looks at the NATS servers one by one, then at JetStream through the first that answers. */
import {
  JetStreamApiError,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import { connect, type NatsConnection, type ServerInfo } from "@nats-io/transport-node";
import { limits } from "../../actors/limits.ts";
import type { Checkpoint, Millis } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { type AnchorState, checkAnchors, type StreamReads } from "../log/jetstream/anchor.ts";
import { stateOf } from "../log/jetstream/stream-state.ts";
import { wrongSettings } from "../log/jetstream/streams.ts";
import { streamCount, streamName } from "../log/jetstream/subjects.ts";
import { serversOf } from "../nats/servers.ts";
import { pause } from "../waiting.ts";

export interface NatsFacts {
  servers: readonly ServerFacts[];
  /** null: no server answers, or JetStream doesn't. */
  jetstream: JetStreamFacts | null;
}

export interface ServerFacts {
  /** Host and port. */
  address: string;
  /** `refused`: it doesn't know the user or the password. */
  state: "up" | "away" | "refused";
  /** What it says of itself, when it is up. */
  info: Pick<ServerInfo, "version" | "cluster" | "jetstream" | "max_payload"> | null;
}

export interface JetStreamFacts {
  /** By number; null: missing. */
  streams: readonly (StreamFacts | null)[];
  /** Whether they are what documents were made from; by number, of those that were read. */
  anchors: ReadonlyMap<number, AnchorState>;
  /** How far its clock is ahead of ours; 0 when it can't be told. */
  aheadMs: Millis;
  /** Whether a record could be written, to a stream of our own. */
  writes: "ok" | "full" | "not";
}

export interface StreamFacts {
  name: string;
  /** Settings that break our promises. */
  wrong: readonly string[];
}

/** @param checkpoints what the documents say of the streams */
export async function probeNats(
  url: string,
  platform: Platform,
  checkpoints: Promise<readonly Checkpoint[]>,
): Promise<NatsFacts> {
  const { servers: addresses = [], ...credentials } = serversOf(url);
  const found = await Promise.all(
    [addresses]
      .flat()
      .map(async (server) => ({ server, ...(await reach({ ...credentials, servers: server })) })),
  );
  const servers = found.map(
    ({ server, connection, state }): ServerFacts => ({
      address: server.replace(/^\w+:\/\//, ""),
      state,
      info: connection?.info ?? null,
    }),
  );
  try {
    const connection = found.find((one) => one.connection?.info?.jetstream)?.connection;
    // Of those that have it off the doctor speaks anyway: what the others take is the question.
    const copies = copiesMax - servers.filter(({ info }) => info !== null && info.jetstream !== true).length;
    return {
      servers,
      jetstream: connection ? await probeJetStream(connection, platform, await checkpoints, copies) : null,
    };
  } finally {
    await Promise.all(found.map(({ connection }) => connection?.close()));
  }
}

async function reach(
  options: Parameters<typeof connect>[0],
): Promise<{ connection: NatsConnection | null; state: ServerFacts["state"] }> {
  try {
    const connection = await connect({
      ...options,
      name: "starling doctor",
      reconnect: false,
      timeout: limits.doctorMs,
    });
    return { connection, state: "up" };
  } catch (error) {
    const refused =
      error instanceof Error &&
      /authorization|authentication|user|permission/i.test(`${error.name} ${error.message}`);
    return { connection: null, state: refused ? "refused" : "away" };
  }
}

async function probeJetStream(
  connection: NatsConnection,
  platform: Platform,
  checkpoints: readonly Checkpoint[],
  copies: number,
): Promise<JetStreamFacts | null> {
  const jsm = await jetstreamManager(connection, { timeout: limits.doctorMs, checkAPI: false });
  let aheadMs = 0;
  const streams: (StreamFacts | null)[] = [];
  for (let stream = 0; stream < streamCount; stream++) {
    try {
      const { config, ts } = await jsm.streams.info(streamName(stream));
      streams.push({ name: config.name, wrong: wrongSettings(stream, config) });
      if (ts !== undefined) aheadMs = Date.parse(ts) - platform.now();
    } catch (error) {
      if (!isMissing(error)) return null;
      streams.push(null);
    }
  }
  const anchors = await checkAnchors(readsOf(jsm), checkpoints);
  return { streams, anchors, aheadMs, writes: await tryWriting(connection, jsm, platform, copies) };
}

const readsOf = (jsm: JetStreamManager): StreamReads => ({
  async state(stream) {
    const info = await jsm.streams.info(streamName(stream)).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
    return info && stateOf(info);
  },
  async at(stream, position) {
    const message = await jsm.streams.getMessage(streamName(stream), { seq: position });
    return message && { time: message.timestamp };
  },
});

const isMissing = (error: unknown) => error instanceof Error && /stream not found/.test(error.message);

/** To a stream that is gone afterwards. @param copies in a cluster */
async function tryWriting(
  connection: NatsConnection,
  jsm: JetStreamManager,
  platform: Platform,
  copies: number,
): Promise<JetStreamFacts["writes"]> {
  const name = `STARLING_DOCTOR_${platform.id()}`;
  const end = platform.monotonic() + limits.doctorMs;
  try {
    // Servers that have just met find no place for a stream, and one that was just made elects its leader first.
    for (;;) {
      const writes = await writesTo(name, connection, jsm, copies);
      if (writes === "ok" || platform.monotonic() > end) return writes;
      await pause(platform, pauseMs);
    }
  } finally {
    await jsm.streams.delete(name).catch(() => {});
  }
}

const pauseMs = 100;
/** As many as the log's streams have. */
const copiesMax = 3;

/** Makes the stream, if it isn't there yet, and writes to it. */
async function writesTo(
  name: string,
  connection: NatsConnection,
  jsm: JetStreamManager,
  copies: number,
): Promise<JetStreamFacts["writes"]> {
  const subject = `doctor.${name}`;
  try {
    await jsm.streams.add({
      name,
      subjects: [subject],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      num_replicas: connection.info?.cluster === undefined ? 1 : Math.max(1, copies),
    });
    return (await published(connection, subject)) ? "ok" : "not";
  } catch (error) {
    return error instanceof Error && /insufficient|resources|no space|storage/i.test(error.message)
      ? "full"
      : "not";
  }
}

/** False when nobody took it. @throws when somebody said why not */
async function published(connection: NatsConnection, subject: string): Promise<boolean> {
  try {
    await jetstream(connection).publish(subject, "x".repeat(limits.recordBytesMax), {
      timeout: limits.doctorMs,
    });
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError) throw error;
    return false;
  }
}
