/** Group commit: many operations, one transaction, one fsync. */
import type { Database } from "bun:sqlite";
import { DiskFailure, isDiskFailure, isRefusal } from "./errors.ts";

export interface Operation {
  id: number;
  name: string;
  args: readonly unknown[];
}

export type Outcome =
  | { id: number; value: unknown }
  /** `refused`: the disk is full or the database locked; nothing was written, and later it may work. */
  | { id: number; error: string; refused: boolean };

export interface Transaction {
  begin(): void;
  commit(): void;
  /** Does nothing when SQLite has rolled back by itself, as it does on a full disk. */
  rollback(): void;
}

export function transactionOn(db: Database): Transaction {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  return {
    begin: () => void begin.run(),
    commit: () => void commit.run(),
    rollback: () => db.inTransaction && db.run("ROLLBACK"),
  };
}

/**
 * Performs operations in one transaction; all outcomes are durable when it returns. If any throws, the
 * transaction is rolled back and each that was taken is tried alone, so that a poisonous one fails alone.
 * @param operations taken one by one; after one that throws, the rest stays where it is
 * @throws DiskFailure
 */
export function commitGroup(
  operations: Iterable<Operation>,
  transaction: Transaction,
  perform: (operation: Operation) => unknown,
): Outcome[] {
  const taken: Operation[] = [];
  try {
    const outcomes: Outcome[] = [];
    transaction.begin();
    for (const operation of operations) {
      taken.push(operation);
      outcomes.push({ id: operation.id, value: perform(operation) });
    }
    transaction.commit();
    return outcomes;
  } catch (error) {
    if (isDiskFailure(error)) throw new DiskFailure(error.message, { cause: error });
    transaction.rollback();
    if (taken.length > 1) return taken.flatMap((operation) => commitGroup([operation], transaction, perform));
    const message = error instanceof Error ? error.message : String(error);
    return taken.map(({ id }) => ({ id, error: message, refused: isRefusal(error) }));
  }
}
