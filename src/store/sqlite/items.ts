import type { Database } from "bun:sqlite";
import type { Item, Items, Json, UserId } from "../../../actors/ports.ts";

/** One step of an account: the next version, and the item that carries it. */
export type Raise = (user: UserId, key: string, value: Json) => void;

export function itemWriter(db: Database): Raise {
  const next = db.prepare<{ version: number }, [UserId]>(
    `INSERT INTO versions (user, version) VALUES (?, 1)
     ON CONFLICT (user) DO UPDATE SET version = version + 1 RETURNING version`,
  );
  const put = db.prepare<null, [UserId, string, number, string]>(
    `INSERT INTO items (user, key, version, value) VALUES (?, ?, ?, ?)
     ON CONFLICT (user, key) DO UPDATE SET version = excluded.version, value = excluded.value`,
  );
  return (user, key, value) => {
    const { version } = next.get(user) as { version: number };
    put.run(user, key, version, JSON.stringify(value));
  };
}

export class SqliteItems implements Items {
  #version;
  #since;
  #together;
  #versions;

  constructor(reads: Database) {
    this.#version = reads.prepare<{ version: number }, [UserId]>(
      "SELECT version FROM versions WHERE user = ?",
    );
    this.#since = reads.prepare<{ key: string; version: number; value: string }, [UserId, number, number]>(
      "SELECT key, version, value FROM items WHERE user = ? AND version > ? ORDER BY version LIMIT ?",
    );
    this.#together = reads.transaction((user: UserId, version: number, limit: number) => ({
      version: this.#versionOf(user),
      items: this.#since.all(user, version, limit).map(itemOf),
    }));
    this.#versions = reads.transaction((users: readonly UserId[]) =>
      users.map((user) => this.#versionOf(user)),
    );
  }

  async since(user: UserId, version: number, limit: number) {
    return this.#together(user, version, limit);
  }

  async versions(users: readonly UserId[]): Promise<number[]> {
    return this.#versions(users);
  }

  #versionOf(user: UserId): number {
    return this.#version.get(user)?.version ?? 0;
  }
}

function itemOf({ key, version, value }: { key: string; version: number; value: string }): Item {
  return { key, version, value: JSON.parse(value) as Json };
}
