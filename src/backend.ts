/** What a node stands on: one folder, or the services of a cluster. */
import type { Bus, Log, Store } from "../actors/ports.ts";
import type { Platform } from "../actors/runtime/platform.ts";
import { MemoryBus } from "./bus/memory.ts";
import type { Config } from "./config.ts";
import { openJetStream } from "./log/jetstream/open.ts";
import { logFault } from "./operations/fault.ts";
import { openMongo } from "./store/mongo/open.ts";
import { endProcess } from "./store/sqlite/fatal.ts";
import { openEmbedded } from "./store/sqlite/open.ts";

export interface Backend extends AsyncDisposable {
  log: Log;
  bus: Bus;
  store: Store;
  /** Calls whenever a connection is back after which news may be missing. */
  onReconnect(back: () => void): void;
}

/**
 * @param ignored told of each message that no node of ours wrote
 * @throws with one plain sentence for an operator
 */
export async function openBackend(
  { cluster, data }: Pick<Config, "cluster" | "data">,
  platform: Platform,
  ignored: (from: "live" | "bus") => void,
): Promise<Backend> {
  if (cluster !== null) return await openServices(cluster, platform, ignored);
  const embedded = await openEmbedded({ dir: data, fatal: endProcess });
  const { log, store } = embedded;
  return {
    ...{ log, store, bus: new MemoryBus(platform) },
    onReconnect: () => {},
    [Symbol.asyncDispose]: () => Promise.resolve(embedded[Symbol.asyncDispose]()),
  };
}

async function openServices(
  { nats, mongo }: { nats: string; mongo: string },
  platform: Platform,
  ignored: (from: "live" | "bus") => void,
): Promise<Backend> {
  await using stack = new AsyncDisposableStack();
  const { store } = stack.use(await openMongo({ url: mongo, platform }));
  const failed = (error: unknown) => logFault("bus", error);
  const { log, bus, live } = stack.use(await openJetStream({ url: nats, platform, failed, ignored }));
  const owned = stack.move();
  return {
    ...{ log, bus, store },
    onReconnect(back: () => void) {
      live.watch((up) => up && back());
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
