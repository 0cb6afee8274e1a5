import type { Database } from "bun:sqlite";
import type { Attempts, Millis } from "../../../actors/ports.ts";
import type { Writer } from "./writer.ts";

const recent =
  "SELECT count(*) AS count, ifnull(max(at), 0) AS lastAt FROM attempts WHERE key = ? AND at > ?";

interface Recent {
  count: number;
  lastAt: Millis;
}

export function attemptOperations(db: Database) {
  const forget = db.prepare<null, [Millis]>("DELETE FROM attempts WHERE until <= ?");
  const add = db.prepare<null, [string, Millis, Millis]>(
    "INSERT INTO attempts (key, at, until) VALUES (?, ?, ?)",
  );
  const count = db.prepare<Recent, [string, Millis]>(recent);
  const clear = db.prepare<null, [string]>("DELETE FROM attempts WHERE key = ?");
  return {
    failAttempt(key: string, at: Millis, windowMs: number): number {
      forget.run(at);
      add.run(key, at, at + windowMs);
      return count.get(key, at - windowMs)?.count ?? 0;
    },
    clearAttempts(key: string): void {
      clear.run(key);
    },
  };
}

export class SqliteAttempts implements Attempts {
  #read;
  #writer: Writer;

  constructor(reads: Database, writer: Writer) {
    this.#read = reads.prepare<Recent, [string, Millis]>(recent);
    this.#writer = writer;
  }

  fail(key: string, at: Millis, windowMs: number): Promise<number> {
    return this.#writer.run("failAttempt", key, at, windowMs);
  }

  async read(key: string, at: Millis, windowMs: number): Promise<Recent> {
    return this.#read.get(key, at - windowMs) ?? { count: 0, lastAt: 0 };
  }

  clear(key: string): Promise<void> {
    return this.#writer.run("clearAttempts", key);
  }
}
