/** Makes a data folder's database ready: right kind, undamaged, at our version. */
import type { Database } from "bun:sqlite";
import { openWriting } from "./connection.ts";
import { isDamage, UnusableFolder } from "./errors.ts";
import { migrations } from "./migrations.ts";

/** "Star": marks the file as ours in its header. */
const applicationId = 0x53746172;

/**
 * Creates or migrates the database and checks it.
 * @throws UnusableFolder when it is damaged, someone else's, or newer than this program
 */
export function prepare(path: string, steps: readonly string[] = migrations): void {
  let db: Database | undefined;
  try {
    db = openWriting(path);
    check(db, path);
    migrate(db, path, steps);
  } catch (error) {
    if (isDamage(error)) throw new UnusableFolder(`${path} is damaged: ${error.message}; restore a backup`);
    throw error;
  } finally {
    db?.close();
  }
}

function check(db: Database, path: string): void {
  if (pragma(db, "schema_version") !== 0 && pragma(db, "application_id") !== applicationId) {
    throw new UnusableFolder(`${path} is not a Starling database`);
  }
  const found = db.query<{ quick_check: string }, []>("PRAGMA quick_check(1)").get()?.quick_check;
  // The first line names the database, the last the fault.
  const fault = found?.split("\n").at(-1);
  if (fault !== "ok") throw new UnusableFolder(`${path} is damaged: ${fault}; restore a backup`);
}

function migrate(db: Database, path: string, steps: readonly string[]): void {
  const version = pragma(db, "user_version");
  if (version > steps.length) {
    throw new UnusableFolder(
      `${path} has schema version ${version}, this program knows ${steps.length}: use a newer program`,
    );
  }
  for (let step = version; step < steps.length; step++) {
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
