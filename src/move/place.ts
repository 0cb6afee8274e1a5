import { existsSync } from "node:fs";
import { limits } from "../../actors/limits.ts";
import type { Bus, Log, Store } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { openBackend } from "../backend.ts";
import { nodesSubject } from "../cluster/members.ts";
import type { Config } from "../config.ts";
import { databaseFile } from "../store/sqlite/open.ts";
import { pause } from "../waiting.ts";
import { CannotMove } from "./format.ts";

/** An installation at rest: nobody else writes while it is open. */
export interface Place {
  log: Log;
  store: Store;
}

/** @throws CannotMove when there is none, or a server runs on it; with one plain sentence, when it can't be opened */
export async function openSource(config: Config, platform: Platform): Promise<Place & AsyncDisposable> {
  const { cluster, data } = config;
  if (cluster === null && !existsSync(`${data}/${databaseFile}`)) {
    throw new CannotMove(`${data} holds no ${databaseFile}`);
  }
  return openTarget(config, platform);
}

export async function openTarget(config: Config, platform: Platform): Promise<Place & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await openBackend(config, platform));
  // A folder is locked; a cluster is listened to.
  if (config.cluster !== null) await assertNobodyServes(backend.bus, platform);
  const { log, store } = backend;
  const opened = stack.move();
  return { log, store, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** @throws CannotMove */
export async function assertNobodyServes(bus: Bus, platform: Platform): Promise<void> {
  let heard = false;
  const unsubscribe = await bus.subscribe(nodesSubject, () => {
    heard = true;
  });
  const { heartbeatMs, heartbeatsMissedMax } = limits;
  await pause(platform, heartbeatMs * (heartbeatsMissedMax + 1));
  unsubscribe();
  if (heard) throw new CannotMove("nodes of this cluster are running: stop all of them first");
}
