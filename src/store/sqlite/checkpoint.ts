import type { Database } from "bun:sqlite";
import { limits } from "../../../actors/limits.ts";
import { DiskFailure, isDiskFailure } from "./errors.ts";

interface Progress {
  /** Pages in the WAL. */
  log: number;
  checkpointed: number;
}

/** Groups between two looks at the WAL's length. A look costs 10 µs; the smallest group writes some pages. */
const groupsPerLook = 16;

/** Copies the WAL into the database. SQLite's own checkpoints are off: they hide a failed fsync. */
export function checkpointer(db: Database) {
  // NOOP only tells; a SQLite older than 3.51 takes it for PASSIVE, which does no harm.
  const look = db.prepare<Progress, []>("PRAGMA wal_checkpoint(NOOP)");
  const copy = db.prepare<Progress, []>("PRAGMA wal_checkpoint(PASSIVE)");
  let groups = 0;
  let full = false;

  /** False when the disk is full or the database locked: the WAL still holds everything, a later one takes it along. */
  function attempt(): boolean {
    try {
      copy.get();
      return true;
    } catch (error) {
      if (isDiskFailure(error)) throw new DiskFailure(error.message, { cause: error });
      return false;
    }
  }

  /**
   * To be called when a group's replies are out: only an append that comes meanwhile waits for the copying.
   * @param refused the disk had no room for the group: copying frees the WAL for the next one, as soon as it can
   */
  return (refused: boolean): void => {
    full ||= refused;
    if (full) {
      full = !attempt();
    } else if (++groups % groupsPerLook === 0) {
      const { log, checkpointed } = look.get() ?? { log: 0, checkpointed: 0 };
      if (log - checkpointed >= limits.walPagesMax) attempt();
    }
  };
}
