/**
 * What the driver's errors mean to us. Its messages never leave this file: a duplicate key quotes the key, a refused
 * document the document. Code, name and the driver's class are enough to look it up.
 */
import { MongoBulkWriteError, MongoError, MongoServerError, MongoServerSelectionError } from "mongodb";
import { Unavailable, UnknownOutcome } from "../../../actors/ports.ts";

/** The database can't be used; the message says why and what to do. */
export class UnusableDatabase extends Error {
  override name = "UnusableDatabase";
}

/** A unique index refused a document. */
export class Duplicate extends Error {
  override name = "Duplicate";
}

/** MongoDB refused a command of ours: a bug, or rights that its user lacks. */
class Refused extends Error {
  override name = "Refused";
}

/** `repeatable`: doing it again does no harm, so that "unknown" means "try again". */
export type Outcome = "repeatable" | "counts";

const duplicateKey = 11_000;

/** About a deployment's state or an operation's time, never about the command: the same one may succeed later. */
const passing = new Set<unknown>(
  Object.values({
    ...{ hostUnreachable: 6, hostNotFound: 7, networkTimeout: 89, socketException: 9_001 },
    ...{
      notPrimary: 10_107,
      notPrimaryOrSecondary: 13_436,
      notPrimaryNoSecondaryOk: 13_435,
      steppedDown: 189,
    },
    ...{ shuttingDown: 91, interruptedAtShutdown: 11_600, interruptedByStateChange: 11_602 },
    ...{ timeLimit: 262, maxTimeExpired: 50, writeConcernTimeout: 64, majorityNotYet: 134 },
    ...{ writeConflict: 112, lockTimeout: 24, noSuchTransaction: 251, transactionTooOld: 225 },
    ...{ snapshotUnavailable: 246, temporarilyUnavailable: 365, overloaded: 462, diskFull: 14_031 },
  }),
);

/** The port's error for what an operation threw. */
export function portError(error: unknown, outcome: Outcome): Error {
  if (!(error instanceof MongoError)) return error instanceof Error ? error : new Error("not an error");
  if (isDuplicate(error)) return new Duplicate("the key is taken");
  const what = described(error);
  if (error instanceof MongoServerError && !isPassing(error)) return new Refused(what);
  if (outcome === "repeatable" || isDefinite(error)) return new Unavailable(what);
  return new UnknownOutcome(what);
}

/** Nothing was written: it was never sent, or the server says so, or its transaction ended without a commit. */
function isDefinite(error: MongoError): boolean {
  if (error instanceof MongoServerSelectionError || error.hasErrorLabel("NoWritesPerformed")) return true;
  return (
    error.hasErrorLabel("TransientTransactionError") && !error.hasErrorLabel("UnknownTransactionCommitResult")
  );
}

function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === duplicateKey;
}

/** Places in an unordered bulk of the documents that were there already. @throws the error, when it has another reason too */
export function duplicatesIn(error: unknown): number[] {
  if (!(error instanceof MongoBulkWriteError)) throw error;
  const failed = [error.writeErrors].flat();
  const onlyThat = failed.length > 0 && failed.every(({ code }) => code === duplicateKey);
  if (!onlyThat || error.result.getWriteConcernError() !== undefined) throw error;
  return failed.map(({ index }) => index);
}

function isPassing(error: MongoServerError): boolean {
  const labels = ["RetryableWriteError", "TransientTransactionError", "UnknownTransactionCommitResult"];
  // A failed write concern hides in the reply of a write that was otherwise a success.
  const { writeConcernError } = error.errorResponse ?? {};
  const code = writeConcernError?.code ?? error.code;
  return passing.has(code) || labels.some((label) => error.hasErrorLabel(label));
}

function described({ name, code }: MongoError): string {
  return code === undefined ? `mongodb: ${name}` : `mongodb: ${name} ${code}`;
}
