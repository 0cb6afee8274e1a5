import { useEffect } from "react";
import type { Client } from "../../sdk/api.ts";
import { useSession } from "./client.tsx";

/** Whose presence is on the screen, told to the server as one set. */
export class Watching {
  readonly #client: Client;
  readonly #sets = new Set<readonly string[]>();
  #telling = false;
  #told = "";

  constructor(client: Client) {
    this.#client = client;
  }

  add(users: readonly string[]): () => void {
    this.#sets.add(users);
    this.#tellSoon();
    return () => {
      this.#sets.delete(users);
      this.#tellSoon();
    };
  }

  /** Panes come and go together: one telling for all of them. */
  #tellSoon(): void {
    if (this.#telling) return;
    this.#telling = true;
    queueMicrotask(() => {
      this.#telling = false;
      const users = [...new Set([...this.#sets].flat())].sort();
      if (users.join() === this.#told) return;
      this.#told = users.join();
      this.#client.watch(users);
    });
  }
}

export function useWatching(users: readonly string[]): void {
  const { watching } = useSession();
  const key = users.join(" ");
  useEffect(() => watching.add(key ? key.split(" ") : []), [watching, key]);
}
