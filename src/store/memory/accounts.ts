import type { Account, Accounts, Millis, SessionId, UserId } from "../../../actors/ports.ts";
import { profileItem } from "../merge/account.ts";
import type { MemoryItems } from "./items.ts";
import type { MemorySessions } from "./sessions.ts";

export class MemoryAccounts implements Accounts {
  #accounts = new Map<UserId, Account>();
  #names = new Map<string, UserId>();
  #items: MemoryItems;
  #sessions: MemorySessions;

  constructor(items: MemoryItems, sessions: MemorySessions) {
    this.#items = items;
    this.#sessions = sessions;
  }

  async create(account: Account): Promise<boolean> {
    if (this.#names.has(account.name)) return false;
    this.#names.set(account.name, account.id);
    this.#accounts.set(account.id, { ...account });
    this.#items.raise(account.id, "profile", profileItem(account));
    return true;
  }

  all(): Iterable<Account> {
    return this.#accounts.values();
  }

  /** As it is, its items apart. */
  put(account: Account): void {
    this.#names.set(account.name, account.id);
    this.#accounts.set(account.id, { ...account });
  }

  async byId(id: UserId): Promise<Account | null> {
    const account = this.#accounts.get(id);
    return account ? { ...account } : null;
  }

  async byName(name: string): Promise<Account | null> {
    const id = this.#names.get(name);
    return id === undefined ? null : this.byId(id);
  }

  async many(ids: readonly UserId[]): Promise<Account[]> {
    return ids.flatMap((id) => this.#accounts.get(id) ?? []).map((account) => ({ ...account }));
  }

  async setProfile(id: UserId, { display, about }: { display: string; about: string }): Promise<void> {
    const account = this.#accounts.get(id);
    if (!account) return;
    Object.assign(account, { display, about });
    this.#items.raise(id, "profile", profileItem(account));
  }

  async setPassword(id: UserId, password: string, keep: SessionId, at: Millis): Promise<SessionId[]> {
    const account = this.#accounts.get(id);
    if (!account) return [];
    account.password = password;
    return this.#sessions.revokeOthers(id, keep, at);
  }

  async seen(id: UserId, at: Millis): Promise<void> {
    const account = this.#accounts.get(id);
    if (account) account.lastSeenAt = Math.max(account.lastSeenAt, at);
  }
}
