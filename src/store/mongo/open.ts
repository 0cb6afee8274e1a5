import { ReadConcern } from "mongodb";
import { limits } from "../../../actors/limits.ts";
import type { Checkpoint, Store } from "../../../actors/ports.ts";
import type { Platform } from "../../../actors/runtime/platform.ts";
import { MongoAccounts } from "./accounts.ts";
import { MongoArchive } from "./archive.ts";
import { MongoAttempts } from "./attempts.ts";
import { Connection, writeConcern } from "./connection.ts";
import { clientFor, connect, unusable } from "./deployment.ts";
import { MongoItems } from "./items.ts";
import { MongoMemberships } from "./memberships.ts";
import { MongoMessages } from "./messages.ts";
import { migrate } from "./migrate.ts";
import { MongoProjection } from "./projection.ts";
import { MongoRebuild } from "./rebuild.ts";
import { MongoReceipts } from "./receipts.ts";
import { MongoRooms } from "./rooms.ts";
import { MongoSecrets } from "./secrets.ts";
import { MongoSessions } from "./sessions.ts";
import { MongoSnapshots } from "./snapshots.ts";

export interface MongoOptions {
  /** `mongodb://…`; the path names the database, by default `starling`. */
  url: string;
  platform: Platform;
  /** How long an operation may take. Default limits.storeMs. */
  withinMs?: number;
}

export interface OpenMongo extends AsyncDisposable {
  store: Store;
  /** Those of all streams that were ever read. Empty: an installation before its first start. */
  checkpoints(): Promise<Checkpoint[]>;
  /** For a rebuild of the log. */
  documents: MongoRebuild;
}

/** @throws UnusableDatabase when it isn't a replica set, lacks a primary or a majority, or is newer than we are */
export async function openMongo(options: MongoOptions): Promise<OpenMongo> {
  const { url, platform, withinMs = limits.storeMs } = options;
  await using stack = new AsyncDisposableStack();
  const client = clientFor(url, withinMs);
  stack.defer(() => client.close());
  await connect(client);
  const db = client.db(nameIn(url), {
    writeConcern,
    readConcern: new ReadConcern("majority"),
    readPreference: "primary",
  });
  await migrate(db).catch((error: unknown) => {
    throw unusable(error);
  });
  const connection = new Connection(client, db, platform, withinMs);
  const projection = new MongoProjection(connection);
  const store: Store = {
    accounts: new MongoAccounts(connection),
    sessions: new MongoSessions(connection),
    rooms: new MongoRooms(connection),
    memberships: new MongoMemberships(connection),
    messages: new MongoMessages(connection),
    receipts: new MongoReceipts(connection),
    snapshots: new MongoSnapshots(connection),
    items: new MongoItems(connection),
    secrets: new MongoSecrets(connection),
    attempts: new MongoAttempts(connection),
    projection,
    archive: new MongoArchive(connection, projection),
  };
  const opened = stack.move();
  return {
    store,
    checkpoints: () => projection.checkpoints(),
    documents: new MongoRebuild(connection, projection),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The driver would take `test`. */
export function nameIn(url: string): string {
  const [, path = ""] = /^[^/]+\/\/[^/?]+\/([^?]*)/.exec(url) ?? [];
  return path === "" ? "starling" : decodeURIComponent(path);
}
