/** What nats-servers say that they carried: their own counters, not ours. */
import type { NatsServers } from "../../kit/nats.ts";

/** Subscriptions and connections of one server, as /connz?subs=detail tells. */
export interface Connections {
  connections?: {
    name?: string;
    in_msgs?: number;
    out_msgs?: number;
    subscriptions_list_detail?: { subject: string; msgs?: number }[];
  }[];
}

/** What a server's /jsz?streams=true tells. */
export interface Streams {
  account_details?: { stream_detail?: { name: string; state?: { last_seq?: number } }[] }[];
}

export interface Carried {
  /** Records that the stream took. */
  records: number;
  /** Copies that went to nodes under this subject. */
  copies: number;
  /** Everything that nodes sent to brokers and got from them: acknowledgements, history's reads, heartbeats. */
  all: number;
}

/** The counters now. @param subject under which nodes listen for live records of a room */
export async function carried(nats: NatsServers, stream: string, subject: string): Promise<Carried> {
  const said = await Promise.all(
    nats.servers.map(async (server) => ({
      connections: (await server.monitor("connz?subs=detail&limit=1024")) as Connections | null,
      streams: (await server.monitor("jsz?streams=true")) as Streams | null,
    })),
  );
  return said.map(({ connections, streams }) => carriedOf(connections, streams, stream, subject)).reduce(sum);
}

/** One server's part. The last seq of a stream is the same on all that hold it: the highest counts. */
export function carriedOf(
  connections: Connections | null,
  streams: Streams | null,
  stream: string,
  subject: string,
): Carried {
  if (connections === null || streams === null) throw new Error("a nats-server doesn't tell its counters");
  const ours = (connections.connections ?? []).filter(({ name }) => name?.startsWith("starling"));
  const subscriptions = ours.flatMap(({ subscriptions_list_detail: list = [] }) => list);
  const details = (streams.account_details ?? []).flatMap(({ stream_detail: list = [] }) => list);
  return {
    records: details.find(({ name }) => name === stream)?.state?.last_seq ?? 0,
    copies: total(subscriptions.filter((each) => each.subject === subject).map(({ msgs = 0 }) => msgs)),
    all: total(ours.map(({ in_msgs = 0, out_msgs = 0 }) => in_msgs + out_msgs)),
  };
}

export function sum(one: Carried, other: Carried): Carried {
  return {
    records: Math.max(one.records, other.records),
    copies: one.copies + other.copies,
    all: one.all + other.all,
  };
}

/** What came between two readings, per message. */
export function perMessage(before: Carried, after: Carried, messages: number): Carried {
  return {
    records: (after.records - before.records) / messages,
    copies: (after.copies - before.copies) / messages,
    all: (after.all - before.all) / messages,
  };
}

function total(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
