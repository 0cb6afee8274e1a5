import type { Database } from "bun:sqlite";
import { limits } from "../../../actors/limits.ts";
import { DiskFailure, isDiskFailure } from "./errors.ts";

/** Groups between two looks at the WAL's length. A look costs some microseconds, a small group some pages. */
const groupsPerLook = 16;

/**
 * Copies the WAL into the database when it has grown: after the replies of a group are out, so that no append
 * waits for it unless it arrives meanwhile. SQLite's own checkpoints would hide a failed fsync.
 */
export function checkpointer(db: Database): () => void {
  type Progress = { busy: number; log: number; checkpointed: number };
  // NOOP only tells; a SQLite older than 3.51 takes it for PASSIVE, which is harmless.
  const look = db.prepare<Progress, []>("PRAGMA wal_checkpoint(NOOP)");
  const copy = db.prepare<Progress, []>("PRAGMA wal_checkpoint(PASSIVE)");
  let groups = 0;
  return () => {
    if (++groups % groupsPerLook !== 0) return;
    const { log, checkpointed } = look.get() ?? { log: 0, checkpointed: 0 };
    if (log - checkpointed < limits.walPagesMax) return;
    try {
      copy.get();
    } catch (error) {
      if (isDiskFailure(error)) throw new DiskFailure(error.message, { cause: error });
      // Full or locked: the WAL keeps everything, the next look tries again.
    }
  };
}
