import { existsSync } from "node:fs";
import type { Log, Store } from "../../actors/ports.ts";
import type { Config } from "../config.ts";
import { endProcess } from "../store/sqlite/fatal.ts";
import { databaseFile, openEmbedded } from "../store/sqlite/open.ts";
import { CannotMove } from "./format.ts";

/** An installation at rest: nobody else writes while it is open. */
export interface Place {
  log: Log;
  store: Store;
}

/** @throws CannotMove | UnusableFolder when there is none, or a server runs on it */
export async function openSource({ data }: Config): Promise<Place & AsyncDisposable> {
  if (!existsSync(`${data}/${databaseFile}`)) throw new CannotMove(`${data} holds no ${databaseFile}`);
  return openEmbedded({ dir: data, fatal: endProcess });
}

export async function openTarget({ data }: Config): Promise<Place & AsyncDisposable> {
  return openEmbedded({ dir: data, fatal: endProcess });
}
