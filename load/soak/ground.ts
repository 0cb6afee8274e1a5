/** What is soaked: one process on a folder, or three nodes on real NATS and MongoDB; and the people who will come. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { platform } from "../../src/platform.ts";
import { openMongo } from "../../src/store/mongo/open.ts";
import { openEmbedded } from "../../src/store/sqlite/open.ts";
import { registered } from "../bench/people.ts";
import { LocalCluster } from "../kit/cluster.ts";
import type { Signed } from "../kit/http.ts";
import { Server } from "../kit/server.ts";
import type { Levels } from "./levels.ts";

export interface Place {
  name: string;
  server: Server;
}

export interface Ground extends AsyncDisposable {
  nodes: readonly Place[];
  people: readonly Signed[];
  /** What the brokers hold; null: there are none. */
  brokers(): Promise<Levels | null>;
}

/** Each person comes from an address of their own, as the proxy in front of the server would tell it. */
const env = { STARLING_PROXIES: "1" };

export async function embedded(count: number): Promise<Ground> {
  const data = await mkdtemp(join(tmpdir(), "starling-soak-"));
  const people = await populated(data, count);
  const server = await Server.start({ data, env });
  return {
    nodes: [{ name: "server", server }],
    people,
    brokers: async () => null,
    async [Symbol.asyncDispose]() {
      await server.kill();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function populated(data: string, count: number): Promise<Signed[]> {
  const fatal = (reason: string): never => {
    throw new Error(reason);
  };
  await using folder = await openEmbedded({ dir: data, fatal });
  return await registered(folder.store, count);
}

/** @throws when a real part is missing */
export async function clustered(count: number): Promise<Ground> {
  const cluster = await LocalCluster.start({ env });
  if (cluster === null) throw new Error("the cluster's parts are missing: npm run parts");
  await using mongo = await openMongo({ url: cluster.mongo.url(), platform });
  return {
    nodes: cluster.nodes.map(({ server }, i) => ({ name: `node ${i + 1}`, server })),
    people: await registered(mongo.store, count),
    brokers: () => heldBy(cluster),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

async function heldBy({ nats }: LocalCluster): Promise<Levels> {
  const held = { "broker connections": 0, "broker subscriptions": 0, consumers: 0 };
  for (const server of nats.servers) {
    const [connz, jsz] = [await server.monitor("connz"), await server.monitor("jsz")];
    const connections = (connz?.connections ?? []) as { subscriptions?: number }[];
    held["broker connections"] += connections.length;
    for (const { subscriptions = 0 } of connections) held["broker subscriptions"] += subscriptions;
    held.consumers += Number(jsz?.consumers ?? 0);
  }
  return held;
}
