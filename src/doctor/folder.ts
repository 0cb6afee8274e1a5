/** Looks at a data folder without changing it. */
import type { Database } from "bun:sqlite";
import { existsSync, statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Millis } from "../../actors/ports.ts";
import { moveMarkIn } from "../move/marks.ts";
import { isDeadLetter } from "../readers/dead-letters.ts";
import { openReading } from "../store/sqlite/connection.ts";
import { FolderInUse, isDamage } from "../store/sqlite/errors.ts";
import { lockFolder } from "../store/sqlite/lock.ts";
import { migrations } from "../store/sqlite/migrations.ts";
import { databaseFile } from "../store/sqlite/open.ts";
import { faultIn, kindOf } from "../store/sqlite/prepare.ts";
import type { FolderFacts } from "./folder-checks.ts";

export function probeFolder(dir: string, now: Millis): FolderFacts {
  const path = `${dir}/${databaseFile}`;
  return {
    dir,
    database: existsSync(path) ? probeDatabase(path) : null,
    known: migrations.length,
    inUse: existsSync(dir) && isHeld(dir),
    freeBytes: freeBytesAt(dir),
    now,
  };
}

type DatabaseFacts = NonNullable<FolderFacts["database"]>;

const unread: DatabaseFacts = { ours: true, schema: 0, fault: null, newestAt: 0, moved: null, letters: 0 };

function probeDatabase(path: string): DatabaseFacts {
  try {
    using db = openReading(path);
    const { ours, schema } = kindOf(db);
    const kind = { ...unread, ours, schema };
    if (!ours || schema !== migrations.length) return kind;
    const fault = faultIn(db);
    return fault === null ? { ...kind, newestAt: newestIn(db), ...namedIn(db) } : { ...kind, fault };
  } catch (error) {
    if (isDamage(error)) return { ...unread, fault: error.message };
    throw error;
  }
}

/** From the rooms' heads in the documents, which follow the log within a second. */
function newestIn(db: Database): Millis {
  return db.query<{ at: Millis | null }, []>("SELECT max(at) AS at FROM rooms").get()?.at ?? 0;
}

/** What the names of its kept texts tell. */
function namedIn(db: Database): Pick<DatabaseFacts, "moved" | "letters"> {
  const found = db.query<{ name: string }, []>("SELECT name FROM secrets").all();
  const names = found.map(({ name }) => name);
  return { moved: moveMarkIn(names), letters: names.filter(isDeadLetter).length };
}

function isHeld(dir: string): boolean {
  try {
    lockFolder(dir)[Symbol.dispose]();
    return false;
  } catch (error) {
    if (error instanceof FolderInUse) return true;
    throw error;
  }
}

/** Of the nearest folder that is there: the server makes the others. */
function freeBytesAt(dir: string): number {
  let at = resolve(dir);
  while (!existsSync(at)) at = dirname(at);
  const { bavail, bsize } = statfsSync(at);
  return bavail * bsize;
}
