/** The ways in which the database file is opened. */
import { Database } from "bun:sqlite";
import { limits } from "../../../actors/limits.ts";

/** How long a statement waits for a lock that another program holds: a shell, a backup that begins. */
const busyMs = 5_000;

/** The one writer: durable at every commit. */
export function openWriting(path: string): Database {
  const db = new Database(path, { create: true, readwrite: true, strict: true });
  db.run(`PRAGMA busy_timeout = ${busyMs}`);
  db.run("PRAGMA journal_mode = WAL");
  db.run("PRAGMA synchronous = FULL");
  // On macOS a plain fsync stops at the drive's cache; elsewhere these do nothing.
  db.run("PRAGMA fullfsync = ON");
  db.run("PRAGMA checkpoint_fullfsync = ON");
  // Deleted content is overwritten, not only unlinked.
  db.run("PRAGMA secure_delete = ON");
  // We checkpoint ourselves (checkpoint.ts): SQLite swallows a failed fsync of its own checkpoints.
  db.run("PRAGMA wal_autocheckpoint = 0");
  db.run(`PRAGMA journal_size_limit = ${limits.walKeptBytesMax}`);
  db.run("PRAGMA cache_size = -16000");
  return db;
}

/** For reads, beside the writer: each statement sees everything that was committed before it. */
export function openReading(path: string): Database {
  const db = new Database(path, { readonly: true, strict: true });
  db.run(`PRAGMA busy_timeout = ${busyMs}`);
  // The system's page cache stands behind it, a microsecond away.
  db.run("PRAGMA cache_size = -4000");
  return db;
}

/**
 * Closes a connection with its statements; the last one copies the WAL into the database and removes it. A plain
 * close() leaves the connection alive, locks and all, until the statements are collected: then it removes a WAL
 * that may long be somebody else's.
 */
export function closeFully(db: Database): void {
  db.close(true);
}
