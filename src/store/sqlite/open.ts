import { mkdirSync } from "node:fs";
import type { Log, Store } from "../../../actors/ports.ts";
import { SqliteLog } from "../../log/sqlite.ts";
import { SqliteAccounts } from "./accounts.ts";
import { SqliteArchive } from "./archive.ts";
import { SqliteAttempts } from "./attempts.ts";
import { closeFully, openReading } from "./connection.ts";
import { codeOf, UnusableFolder } from "./errors.ts";
import { SqliteItems } from "./items.ts";
import { lockFolder } from "./lock.ts";
import { SqliteMemberships } from "./memberships.ts";
import { SqliteMessages } from "./messages.ts";
import { prepare } from "./prepare.ts";
import { SqliteProjection } from "./projection.ts";
import { SqliteReceipts } from "./receipts.ts";
import { makeOwn } from "./restore.ts";
import { SqliteRooms } from "./rooms.ts";
import { SqliteSecrets } from "./secrets.ts";
import { SqliteSessions } from "./sessions.ts";
import { SqliteSnapshots } from "./snapshots.ts";
import { Writer, type WriterOptions } from "./writer.ts";

export interface EmbeddedOptions extends WriterOptions {
  /** Data folder; created, readable by its owner only. */
  dir: string;
}

export interface Embedded extends AsyncDisposable {
  log: Log;
  store: Store;
}

export const databaseFile = "starling.db";

/**
 * Opens log and store in one database, so that one group commit and one fsync serve both.
 * @throws UnusableFolder when the folder can't be made or written, another process holds it, or its database is damaged
 *   or newer than we are
 */
export async function openEmbedded({ dir, ...options }: EmbeddedOptions): Promise<Embedded> {
  makeFolder(dir);
  await using stack = new AsyncDisposableStack();
  stack.use(lockFolder(dir));
  const path = `${dir}/${databaseFile}`;
  prepare(path);
  makeOwn(path);
  const writer = stack.use(await Writer.open(path, options));
  const reads = openReading(path);
  stack.defer(() => closeFully(reads));
  const store: Store = {
    accounts: new SqliteAccounts(reads, writer),
    sessions: new SqliteSessions(reads, writer),
    rooms: new SqliteRooms(reads),
    memberships: new SqliteMemberships(reads),
    messages: new SqliteMessages(reads),
    receipts: new SqliteReceipts(reads, writer),
    snapshots: new SqliteSnapshots(reads, writer),
    items: new SqliteItems(reads),
    secrets: new SqliteSecrets(reads, writer),
    attempts: new SqliteAttempts(reads, writer),
    projection: new SqliteProjection(reads, writer),
    archive: new SqliteArchive(reads, writer),
  };
  const opened = stack.move();
  return { log: new SqliteLog(reads, writer), store, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UnusableFolder(`STARLING_DATA: the folder ${dir} can't be made (${codeOf(error)})`);
  }
}
