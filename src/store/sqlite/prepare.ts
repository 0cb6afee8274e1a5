/** Makes a data folder's database ready: right kind, undamaged, at our version. */
import type { Database } from "bun:sqlite";
import { chmodSync, existsSync, statSync } from "node:fs";
import { limits } from "../../../actors/limits.ts";
import { openReading, openWriting } from "./connection.ts";
import { isDamage, isDiskFailure, UnusableFolder } from "./errors.ts";
import { migrations } from "./migrations.ts";

/** "Star": marks the file as ours in its header. */
const applicationId = 0x53746172;

/**
 * Checks the database, and creates or migrates it.
 * @param checkBytesMax a larger database isn't looked through for damage
 * @throws UnusableFolder when it is damaged, someone else's, or newer than this program
 */
export function prepare(
  path: string,
  steps: readonly string[] = migrations,
  checkBytesMax: number = limits.startCheckBytesMax,
): void {
  try {
    check(path, steps.length, checkBytesMax);
    using db = openWriting(path);
    // Hashes and keys lie in it; SQLite gives the WAL the same mode.
    chmodSync(path, 0o600);
    migrate(db, steps);
  } catch (error) {
    if (isDamage(error)) throw new UnusableFolder(`${path} is damaged: ${error.message}; restore a backup`);
    if (isDiskFailure(error)) throw new UnusableFolder(`the disk failed under ${path}: ${error.message}`);
    throw error;
  }
}

/** Reads only: what isn't ours is left as it is. */
function check(path: string, known: number, checkBytesMax: number): void {
  if (!existsSync(path)) return;
  using db = openReading(path);
  const { ours, schema } = kindOf(db);
  if (!ours) throw new UnusableFolder(`${path} is not a Starling database`);
  if (schema > known) {
    throw new UnusableFolder(
      `${path} has schema version ${schema}, this program knows ${known}: use a newer program`,
    );
  }
  // Damage in a larger one shows when its page is met, which ends the process (fatal.ts); or in `starling check`.
  if (statSync(path).size > checkBytesMax) return;
  const fault = faultIn(db);
  if (fault !== null) throw new UnusableFolder(`${path} is damaged: ${fault}; restore a backup`);
}

/** Whose database it is, and at which version. An empty one is ours to fill. */
export function kindOf(db: Database): { ours: boolean; schema: number } {
  const empty = pragma(db, "schema_version") === 0;
  return {
    ours: empty || pragma(db, "application_id") === applicationId,
    schema: pragma(db, "user_version"),
  };
}

/** The first fault that a look at every page finds, or null. Takes about 1 s per GB, and blocks the calling thread. */
export function faultIn(db: Database): string | null {
  // The first line names the database, the last the fault.
  const found = db.query<{ quick_check: string }, []>("PRAGMA quick_check(1)").get()?.quick_check;
  const fault = found?.split("\n").at(-1) ?? "the check said nothing";
  return fault === "ok" ? null : fault;
}

function migrate(db: Database, steps: readonly string[]): void {
  for (let step = pragma(db, "user_version"); step < steps.length; step++) {
    db.transaction(() => {
      db.run(steps[step] ?? "");
      db.run(`PRAGMA application_id = ${applicationId}`);
      db.run(`PRAGMA user_version = ${step + 1}`);
    }).immediate();
  }
}

function pragma(db: Database, name: "schema_version" | "application_id" | "user_version"): number {
  return db.query<Record<string, number>, []>(`PRAGMA ${name}`).get()?.[name] ?? 0;
}
