import { Database } from "bun:sqlite";
import { codeOf, FolderInUse, isBusy, UnusableFolder } from "./errors.ts";

/**
 * Makes this process the data folder's only owner: SQLite alone would let a second one write. The lock is an
 * exclusive transaction that lasts as long as the process; the system drops it however the process ends.
 * @throws FolderInUse when another process holds it; UnusableFolder when it can't be written
 */
export function lockFolder(dir: string): Disposable {
  const db = openLock(dir);
  try {
    db.run("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (isBusy(error)) {
      throw new FolderInUse(`the data folder ${dir} is in use by another process`);
    }
    throw error;
  }
  return { [Symbol.dispose]: () => db.close() };
}

function openLock(dir: string): Database {
  try {
    return new Database(`${dir}/lock.db`, { create: true, readwrite: true });
  } catch (error) {
    throw new UnusableFolder(`STARLING_DATA: the folder ${dir} can't be written (${codeOf(error)})`);
  }
}
