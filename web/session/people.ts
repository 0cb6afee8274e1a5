import { useEffect, useSyncExternalStore } from "react";
import type { Client, Profile } from "../../sdk/api.ts";
import { useSession } from "./client.tsx";

/** Profiles by id, fetched when first wanted, all of one moment in one request. */
export class People {
  readonly #client: Client;
  readonly #known = new Map<string, Profile>();
  readonly #wanted = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #asking = false;

  constructor(client: Client, signal: AbortSignal) {
    this.#client = client;
    this.#meAgain();
    // One's own profile comes with the account, and changes on other devices too.
    client.on("rooms", () => this.#meAgain(), { signal });
    // Whoever was asked for while there was no connection.
    client.on("connection", ({ state }) => state === "online" && this.want([]), { signal });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get(id: string): Profile | undefined {
    return this.#known.get(id);
  }

  /** What to call someone; a neutral word until the profile is here. */
  name(id: string): string {
    const profile = this.#known.get(id);
    return profile ? profile.display || profile.name : "Someone";
  }

  put(profiles: readonly Profile[]): void {
    for (const profile of profiles) this.#known.set(profile.id, profile);
    for (const listener of this.#listeners) listener();
  }

  want(ids: readonly string[], again = false): void {
    for (const id of ids) if (again || !this.#known.has(id)) this.#wanted.add(id);
    if (this.#wanted.size === 0 || this.#asking) return;
    this.#asking = true;
    queueMicrotask(() => void this.#ask());
  }

  async #ask(): Promise<void> {
    const ids = [...this.#wanted];
    this.#wanted.clear();
    try {
      this.put(await this.#client.users(ids));
      this.#asking = false;
      this.want([]);
    } catch {
      // Offline, most likely: the next connection asks again.
      for (const id of ids) this.#wanted.add(id);
      this.#asking = false;
    }
  }

  #meAgain(): void {
    const { me } = this.#client;
    const before = me && this.#known.get(me.id);
    if (!me?.name || (before?.name === me.name && before.display === me.display && before.about === me.about))
      return;
    this.put([me]);
  }
}

export function usePerson(id: string | null): Profile | undefined {
  const { people } = useSession();
  const profile = useSyncExternalStore(people.subscribe, () => (id ? people.get(id) : undefined));
  useEffect(() => {
    if (id) people.want([id]);
  }, [people, id]);
  return profile;
}

/** Display names in the order of ids. */
export function useNames(ids: readonly string[]): string[] {
  const { people } = useSession();
  const all = useSyncExternalStore(people.subscribe, () => ids.map((id) => people.name(id)).join("\n"));
  const key = ids.join(" ");
  useEffect(() => people.want(key ? key.split(" ") : []), [people, key]);
  return all ? all.split("\n") : [];
}
