/** What SQLite's error codes mean to us. */

/** The disk failed, or the database is damaged: nobody knows what is durable, the process must end. */
export class DiskFailure extends Error {
  override name = "DiskFailure";
}

/** The data folder can't be used; the message says why and what to do. */
export class UnusableFolder extends Error {
  override name = "UnusableFolder";
}

/** Another process holds it. */
export class FolderInUse extends UnusableFolder {
  override name = "FolderInUse";
}

export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

export const isDiskFailure = (error: unknown): error is Error =>
  /^SQLITE_(IOERR|CORRUPT|NOTADB)/.test(codeOf(error));

export const isDamage = (error: unknown): error is Error => /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error));

/** A definite no that may pass: the disk is full, or another program holds the database. */
export const isRefusal = (error: unknown): error is Error =>
  /^SQLITE_(FULL|BUSY|READONLY)/.test(codeOf(error));

export const isBusy = (error: unknown): error is Error => /^SQLITE_BUSY/.test(codeOf(error));
