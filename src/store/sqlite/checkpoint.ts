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
  const empty = db.prepare<Progress, []>("PRAGMA wal_checkpoint(TRUNCATE)");
  let groups = 0;

  function attempt(checkpoint: typeof copy): void {
    try {
      checkpoint.get();
    } catch (error) {
      if (isDiskFailure(error)) throw new DiskFailure(error.message, { cause: error });
      // Full or locked: the WAL still holds everything, a later checkpoint takes it along.
    }
  }

  return {
    /** To be called when a group's replies are out: only an append that comes meanwhile waits for the copying. */
    afterGroup(): void {
      if (++groups % groupsPerLook !== 0) return;
      const { log, checkpointed } = look.get() ?? { log: 0, checkpointed: 0 };
      if (log - checkpointed >= limits.walPagesMax) attempt(copy);
    },
    /** Leaves one whole file behind. (Closing alone doesn't while statements are alive.) */
    beforeClose(): void {
      attempt(empty);
    },
  };
}
