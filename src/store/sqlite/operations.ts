/** Every write by name, as the worker performs it. Adding one is adding a function to its repository's file. */
import type { Database } from "bun:sqlite";
import { logOperations } from "../../log/sqlite-operations.ts";
import { accountOperations } from "./accounts.ts";
import { archiveOperations } from "./archive.ts";
import { attemptOperations } from "./attempts.ts";
import { itemWriter } from "./items.ts";
import { projectionOperations } from "./projection.ts";
import { receiptOperations } from "./receipts.ts";
import { secretOperations } from "./secrets.ts";
import { sessionOperations } from "./sessions.ts";
import { snapshotOperations } from "./snapshots.ts";

export function writeOperations(db: Database) {
  const raise = itemWriter(db);
  const sessions = sessionOperations(db, raise);
  const projection = projectionOperations(db, raise);
  return {
    ...logOperations(db),
    ...accountOperations(db, raise, sessions.revokeOthers),
    ...sessions,
    ...receiptOperations(db),
    ...snapshotOperations(db),
    ...secretOperations(db),
    ...attemptOperations(db),
    ...projection,
    ...archiveOperations(db, projection.apply),
  };
}

export type WriteOperations = ReturnType<typeof writeOperations>;

/** Work that can wait: it fills what an append leaves of a group's time. */
export const background: ReadonlySet<keyof WriteOperations> = new Set([
  "apply",
  "advance",
  "trim",
  "mergeReceipts",
]);
