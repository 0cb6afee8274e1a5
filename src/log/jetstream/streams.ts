/** The streams of the log: made when they are missing, refused when they are set up in a way that breaks our promises. */
import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import { limits } from "../../../actors/limits.ts";
import { canonical } from "../../auth/canonical.ts";
import { streamCount, streamLiveSubject, streamName, streamSubject } from "./subjects.ts";

export interface StreamOptions {
  /** Servers that keep each record. Default: 3 in a cluster, 1 else. Never lowered. */
  replicas: number;
  /** Age at which records leave the log. Default: limits.logKeptMs. */
  keptMs?: number;
  /** Make streams that are missing. False: their absence is an error, because a store that isn't empty says that they were there. */
  create: boolean;
}

/** A stream isn't there, or isn't as it must be. */
export class WrongStream extends Error {
  override name = "WrongStream";
}

const streamNotFound = 10059;
const nameInUse = 10058;

/** @throws WrongStream */
export async function ensureStreams(jsm: JetStreamManager, options: StreamOptions): Promise<void> {
  await Promise.all(Array.from({ length: streamCount }, (_, stream) => ensure(jsm, stream, options)));
}

async function ensure(jsm: JetStreamManager, stream: number, options: StreamOptions): Promise<void> {
  const wanted = configOf(stream, options);
  const name = wanted.name;
  const info = (await infoOf(jsm, name)) ?? (await create(jsm, wanted, options));
  const wrong = differences(info.config, wanted);
  if (wrong.length > 0) {
    throw new WrongStream(
      `the stream ${name} has other settings than Starling's log needs: ${wrong.join("; ")}. ` +
        "Set them right with `nats stream edit`, or give Starling a NATS account of its own.",
    );
  }
  // The cluster grew; it takes copies while it serves.
  if (info.config.num_replicas < options.replicas) {
    await jsm.streams.update(name, { num_replicas: options.replicas });
  }
}

async function create(jsm: JetStreamManager, wanted: Wanted, options: StreamOptions): Promise<StreamInfo> {
  if (!options.create) {
    throw new WrongStream(
      `the stream ${wanted.name} is missing, though the store holds what came from it: the NATS servers lost their data, ` +
        "or NATS_URL leads to others.",
    );
  }
  try {
    return await jsm.streams.add(wanted);
  } catch (error) {
    // Another node was faster.
    const info = codeOf(error) === nameInUse ? await infoOf(jsm, wanted.name) : null;
    if (info === null) throw error;
    return info;
  }
}

async function infoOf(jsm: JetStreamManager, name: string): Promise<StreamInfo | null> {
  try {
    return await jsm.streams.info(name);
  } catch (error) {
    if (codeOf(error) === streamNotFound) return null;
    throw error;
  }
}

const codeOf = (error: unknown): number => (error instanceof JetStreamApiError ? error.code : 0);

type Wanted = Partial<StreamConfig> & { name: string };

const nanosPerMs = 1_000_000;

function configOf(stream: number, { replicas, keptMs = limits.logKeptMs }: StreamOptions): Wanted {
  return {
    name: streamName(stream),
    description: "Starling's log: every event of its rooms",
    subjects: [streamSubject(stream)],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    num_replicas: replicas,
    // A full stream refuses: dropping the oldest would move fences back.
    discard: DiscardPolicy.New,
    max_age: keptMs * nanosPerMs,
    max_msgs: -1,
    max_msgs_per_subject: -1,
    allow_direct: true,
    // A room's last record is its fence.
    deny_delete: true,
    deny_purge: true,
    republish: {
      src: streamSubject(stream),
      dest: streamLiveSubject(stream).replace("*", "{{wildcard(1)}}"),
    },
  };
}

/** What an operator may choose (size, placement, compression, replicas) isn't compared. */
const fixed = [
  "subjects",
  "retention",
  "storage",
  "discard",
  "max_age",
  "max_msgs",
  "max_msgs_per_subject",
  "allow_direct",
  "deny_delete",
  "deny_purge",
  "republish",
] as const satisfies (keyof StreamConfig)[];

/** Settings that would let records come from elsewhere, be rewritten or not be acknowledged; absent or off in ours. */
const absent = ["mirror", "sources", "sealed", "no_ack", "allow_rollup_hdrs", "subject_transform"] as const;

/** What of a stream's settings breaks our promises. */
export function wrongSettings(stream: number, found: StreamConfig): string[] {
  return differences(found, configOf(stream, { replicas: 1, create: false }));
}

function differences(found: StreamConfig, wanted: Wanted): string[] {
  const wrong: string[] = [];
  for (const key of fixed) {
    const [is, must] = [said(found[key]), said(wanted[key])];
    if (is !== must) wrong.push(`${key} is ${is} and must be ${must}`);
  }
  for (const key of absent) {
    if (found[key]) wrong.push(`${key} is set and must not be`);
  }
  return wrong;
}

/** The server answers with keys in its own order. */
function said(value: unknown): string {
  return value === undefined ? "absent" : canonical(value);
}
