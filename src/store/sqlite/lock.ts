import { Database } from "bun:sqlite";
import { isBusy, UnusableFolder } from "./errors.ts";

/**
 * Makes this process the data folder's only owner: SQLite alone would let a second one write. The lock is an
 * exclusive transaction that lasts as long as the process; the system drops it however the process ends.
 * @throws UnusableFolder when another process holds it
 */
export function lockFolder(dir: string): Disposable {
  const db = new Database(`${dir}/lock.db`, { create: true, readwrite: true });
  try {
    db.run("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (isBusy(error)) {
      throw new UnusableFolder(`the data folder ${dir} is in use by another process`);
    }
    throw error;
  }
  return { [Symbol.dispose]: () => db.close() };
}
