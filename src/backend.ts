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
  /** In a few words why the log may not be used any more; null: it may. */
  lost(): string | null;
}

/** What is told while it is open. Default of each: nobody is. */
export interface BackendProbe {
  /** Of each message that no node of ours wrote. */
  ignored?: (from: "live" | "bus") => void;
  /** Now and then how many seconds history lags, where the log could lose what it hasn't read. */
  lag?: (seconds: number) => void;
  /** How many streams aren't those that documents were made from, and what became of one of them; null: one is back. */
  lost?: (streams: number, what: string | null) => void;
}

/** @throws with one plain sentence for an operator */
export async function openBackend(
  { cluster, data }: Pick<Config, "cluster" | "data">,
  platform: Platform,
  told: BackendProbe = {},
): Promise<Backend> {
  if (cluster !== null) {
    // Half a second and 36 MB of drivers that an embedded server has no use for.
    const { openServices } = await import("./backend-services.ts");
    return await openServices(cluster, platform, told);
  }
  const embedded = await openEmbedded({ dir: data, fatal: endProcess });
  const { log, store } = embedded;
  return {
    ...{ log, store, bus: new MemoryBus(platform) },
    onReconnect: () => {},
    // It lies where the documents do.
    lost: () => null,
    [Symbol.asyncDispose]: () => Promise.resolve(embedded[Symbol.asyncDispose]()),
  };
}
