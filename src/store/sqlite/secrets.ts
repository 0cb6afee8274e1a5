import type { Database } from "bun:sqlite";
import type { Secrets } from "../../../actors/ports.ts";
import type { Writer } from "./writer.ts";

interface Secret {
  name: string;
  value: string;
}

export function secretOperations(db: Database) {
  const put = db.prepare<{ value: string }, [string, string]>(
    // The update changes nothing; without it a conflict would return no row.
    "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value RETURNING value",
  );
  const remove = db.prepare<null, [string]>("DELETE FROM secrets WHERE name = ?");
  return {
    putSecret(name: string, value: string): string {
      return put.get(name, value)?.value ?? value;
    },
    removeSecret(name: string): void {
      remove.run(name);
    },
  };
}

export class SqliteSecrets implements Secrets {
  #get;
  #list;
  #writer: Writer;

  constructor(reads: Database, writer: Writer) {
    this.#get = reads.prepare<Secret, [string]>("SELECT name, value FROM secrets WHERE name = ?");
    this.#list = reads.prepare<Secret, [string, string]>(
      "SELECT name, value FROM secrets WHERE substr(name, 1, length(?)) = ? ORDER BY name",
    );
    this.#writer = writer;
  }

  async get(name: string): Promise<string | null> {
    return this.#get.get(name)?.value ?? null;
  }

  putIfAbsent(name: string, value: string): Promise<string> {
    return this.#writer.run("putSecret", name, value);
  }

  async list(prefix: string): Promise<Secret[]> {
    return this.#list.all(prefix, prefix);
  }

  remove(name: string): Promise<void> {
    return this.#writer.run("removeSecret", name);
  }
}
