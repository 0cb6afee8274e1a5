import type { ClientSession, Db, MongoClient, Timestamp } from "mongodb";
import { limits } from "../../../actors/limits.ts";
import { Unavailable, UnknownOutcome } from "../../../actors/ports.ts";
import type { Platform } from "../../../actors/runtime/platform.ts";
import { type Outcome, portError } from "./errors.ts";
import { type Collections, collectionsOf } from "./schema.ts";

type Work<T> = (session: ClientSession) => Promise<T>;

/**
 * The one way to the database. Reads go to the primary, at read concern majority, and not before the newest time that an
 * earlier operation of this node saw. Majority alone would do while one primary lasts: a write resolves when it is in the
 * majority's view. A new primary's view may for a moment be older than what its predecessor confirmed; the time makes the
 * read wait for it. So a node never reads a state older than one that it saw, a checkpoint without its documents say.
 */
export class Connection {
  readonly collections: Collections;
  readonly #client: MongoClient;
  readonly #platform: Platform;
  readonly #withinMs: number;
  #newest: Timestamp | null = null;

  constructor(client: MongoClient, db: Db, platform: Platform, withinMs: number) {
    this.#client = client;
    this.#platform = platform;
    this.#withinMs = withinMs;
    this.collections = collectionsOf(db);
  }

  /**
   * Operations one after the other.
   * @param outcome default: reads, and writes that may be done again
   * @throws Unavailable | UnknownOutcome (only where the outcome counts) | Duplicate
   */
  async run<T>(work: Work<T>, outcome: Outcome = "repeatable"): Promise<T> {
    try {
      return await this.#inTime(this.#inSession(work), outcome);
    } catch (error) {
      throw portError(error, outcome);
    }
  }

  /** All of it or nothing. May do `work` several times: it must have no other effects. Throws as `run` does. */
  transact<T>(work: Work<T>, outcome: Outcome = "repeatable"): Promise<T> {
    return this.run((session) => session.withTransaction(work), outcome);
  }

  async #inSession<T>(work: Work<T>): Promise<T> {
    const session = this.#client.startSession({
      causalConsistency: true,
      defaultTransactionOptions: { readConcern: { level: "snapshot" }, writeConcern },
    });
    if (this.#newest !== null) session.advanceOperationTime(this.#newest);
    try {
      return await work(session);
    } finally {
      const seen = session.operationTime ?? null;
      if (seen !== null && (this.#newest === null || seen.greaterThan(this.#newest))) this.#newest = seen;
      await session.endSession();
    }
  }

  /** The driver has no limit for an operation as a whole: a transaction alone may go on for two minutes. */
  async #inTime<T>(work: Promise<T>, outcome: Outcome): Promise<T> {
    const late = Promise.withResolvers<never>();
    const cancel = this.#platform.after(this.#withinMs, () => {
      const said = "mongodb: no answer in time";
      late.reject(outcome === "repeatable" ? new Unavailable(said) : new UnknownOutcome(said));
    });
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      cancel();
    }
  }
}

/** In the journals of a majority, or the write isn't acknowledged: it survives whatever a majority survives. */
export const writeConcern = { w: "majority", j: true, wtimeoutMS: limits.storeMs } as const;
