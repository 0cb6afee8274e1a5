import type { Database } from "bun:sqlite";
import type { Account, Accounts, Millis, SessionId, UserId } from "../../../actors/ports.ts";
import { profileItem } from "../merge/account.ts";
import type { Raise } from "./items.ts";
import type { RevokeOthers } from "./sessions.ts";
import type { Writer } from "./writer.ts";

export const accountColumns = "id, name, display, about, password, createdAt, lastSeenAt";

export function accountOperations(db: Database, raise: Raise, revokeOthers: RevokeOthers) {
  const create = db.prepare<{ id: UserId }, [Record<keyof Account, string | number>]>(
    `INSERT INTO accounts (${accountColumns}) VALUES ($id, $name, $display, $about, $password, $createdAt, $lastSeenAt)
     ON CONFLICT DO NOTHING RETURNING id`,
  );
  const profile = db.prepare<{ name: string }, [string, string, UserId]>(
    "UPDATE accounts SET display = ?, about = ? WHERE id = ? RETURNING name",
  );
  const password = db.prepare<{ id: UserId }, [string, UserId]>(
    "UPDATE accounts SET password = ? WHERE id = ? RETURNING id",
  );
  const seen = db.prepare<null, [Millis, UserId]>(
    "UPDATE accounts SET lastSeenAt = max(lastSeenAt, ?) WHERE id = ?",
  );
  return {
    createAccount(account: Account): boolean {
      if (!create.get({ ...account })) return false;
      raise(account.id, "profile", profileItem(account));
      return true;
    },
    setProfile(id: UserId, { display, about }: { display: string; about: string }): void {
      const account = profile.get(display, about, id);
      if (account) raise(id, "profile", profileItem({ name: account.name, display, about }));
    },
    setPassword(id: UserId, hash: string, keep: SessionId, at: Millis): SessionId[] {
      return password.get(hash, id) ? revokeOthers(id, keep, at) : [];
    },
    seen(id: UserId, at: Millis): void {
      seen.run(at, id);
    },
  };
}

export class SqliteAccounts implements Accounts {
  #byId;
  #byName;
  #writer: Writer;

  constructor(reads: Database, writer: Writer) {
    this.#byId = reads.prepare<Account, [UserId]>(`SELECT ${accountColumns} FROM accounts WHERE id = ?`);
    this.#byName = reads.prepare<Account, [string]>(`SELECT ${accountColumns} FROM accounts WHERE name = ?`);
    this.#writer = writer;
  }

  create(account: Account): Promise<boolean> {
    return this.#writer.run("createAccount", account);
  }

  async byId(id: UserId): Promise<Account | null> {
    return this.#byId.get(id);
  }

  async byName(name: string): Promise<Account | null> {
    return this.#byName.get(name);
  }

  async many(ids: readonly UserId[]): Promise<Account[]> {
    return ids.flatMap((id) => this.#byId.get(id) ?? []);
  }

  setProfile(id: UserId, profile: { display: string; about: string }): Promise<void> {
    return this.#writer.run("setProfile", id, profile);
  }

  setPassword(id: UserId, password: string, keep: SessionId, at: Millis): Promise<SessionId[]> {
    return this.#writer.run("setPassword", id, password, keep, at);
  }

  seen(id: UserId, at: Millis): Promise<void> {
    return this.#writer.run("seen", id, at);
  }
}
