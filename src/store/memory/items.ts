import type { Item, Items, Json, UserId } from "../../../actors/ports.ts";

interface Mirror {
  version: number;
  items: Map<string, Item>;
}

/** What clients mirror of their account, and the version that counts its changes. */
export class MemoryItems implements Items {
  #mirrors = new Map<UserId, Mirror>();

  /** One step of the account: the next version, and the item that carries it. */
  raise(user: UserId, key: string, value: Json): void {
    const mirror = this.#mirrorOf(user);
    mirror.version++;
    mirror.items.set(key, { key, version: mirror.version, value });
  }

  /** Forgets all but the newest items whose keys begin so; returns their keys. No step: nobody needs to know. */
  forget(user: UserId, prefix: string, kept: number): string[] {
    const items = this.#mirrors.get(user)?.items ?? new Map<string, Item>();
    const old = [...items.values()]
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => b.version - a.version)
      .slice(kept);
    for (const { key } of old) items.delete(key);
    return old.map(({ key }) => key);
  }

  all(): Iterable<[UserId, Mirror]> {
    return this.#mirrors;
  }

  putVersion(user: UserId, version: number): void {
    this.#mirrorOf(user).version = version;
  }

  put(user: UserId, item: Item): void {
    this.#mirrorOf(user).items.set(item.key, { ...item });
  }

  async since(user: UserId, version: number, limit: number) {
    const mirror = this.#mirrors.get(user);
    const items = [...(mirror?.items.values() ?? [])]
      .filter((item) => item.version > version)
      .sort((a, b) => a.version - b.version)
      .slice(0, limit);
    return { version: mirror?.version ?? 0, items };
  }

  async versions(users: readonly UserId[]): Promise<number[]> {
    return users.map((user) => this.#mirrors.get(user)?.version ?? 0);
  }

  #mirrorOf(user: UserId): Mirror {
    const mirror = this.#mirrors.get(user) ?? { version: 0, items: new Map() };
    this.#mirrors.set(user, mirror);
    return mirror;
  }
}
