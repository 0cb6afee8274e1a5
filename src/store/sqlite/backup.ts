import { Database } from "bun:sqlite";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { openReading } from "./connection.ts";
import { UnusableFolder } from "./errors.ts";
import { databaseFile } from "./open.ts";
import { backupMark } from "./restore.ts";

/**
 * Copies a data folder's database, whole and of one moment, while a server may be writing to it. (Copying the
 * file of a live database loses what is in the WAL.) The copy stands in a folder of its own, ready to be a data folder.
 * Blocks the calling thread for as long as the copying takes.
 * @param at time of the backup, ms since 1970
 * @returns size of the copy in bytes
 * @throws UnusableFolder when there is nothing to copy, or the target already holds a database
 */
export function backup(dir: string, target: string, at: number): { bytes: number } {
  const source = `${dir}/${databaseFile}`;
  const copy = `${target}/${databaseFile}`;
  if (!existsSync(source)) throw new UnusableFolder(`${dir} holds no ${databaseFile}`);
  if (existsSync(copy)) throw new UnusableFolder(`${target} already holds a database`);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  const partial = `${copy}.partial`;
  rmSync(partial, { force: true });
  using reads = openReading(source);
  reads.run("VACUUM INTO ?", [partial]);
  mark(partial, at);
  // Under its name only when it is durable.
  synced(partial);
  renameSync(partial, copy);
  synced(target);
  return { bytes: statSync(copy).size };
}

/** Two servers that go on from one state would give one epoch two histories. */
function mark(path: string, at: number): void {
  using db = new Database(path, { readwrite: true });
  db.run(
    "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    [backupMark, String(at)],
  );
}

function synced(path: string): void {
  const file = openSync(path, "r");
  fsyncSync(file);
  closeSync(file);
}
