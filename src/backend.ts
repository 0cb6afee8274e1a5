/** What a node stands on: one folder, or the services of a cluster. */
import type { Bus, Log, Store } from "../actors/ports.ts";
import type { Platform } from "../actors/runtime/platform.ts";
import { MemoryBus } from "./bus/memory.ts";
import type { Config } from "./config.ts";
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
 * @param lag told now and then how many seconds history lags, where the log could lose what it hasn't read
 * @throws with one plain sentence for an operator
 */
export async function openBackend(
  { cluster, data }: Pick<Config, "cluster" | "data">,
  platform: Platform,
  ignored: (from: "live" | "bus") => void,
  lag: (seconds: number) => void = () => {},
): Promise<Backend> {
  if (cluster !== null) {
    // Half a second and 36 MB of drivers that an embedded server has no use for.
    const { openServices } = await import("./backend-services.ts");
    return await openServices(cluster, platform, ignored, lag);
  }
  const embedded = await openEmbedded({ dir: data, fatal: endProcess });
  const { log, store } = embedded;
  return {
    ...{ log, store, bus: new MemoryBus(platform) },
    onReconnect: () => {},
    [Symbol.asyncDispose]: () => Promise.resolve(embedded[Symbol.asyncDispose]()),
  };
}
