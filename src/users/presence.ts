/** Who looks at whom: presence is subscribed only for users that somebody on this node watches. */

import type { Bus, ConnectionId, Json, Store, Unsubscribe, UserId } from "../../actors/ports.ts";
import { merge, type PresenceState, type Presence as Seen } from "../../actors/user/user.ts";
import type { ServerFrame } from "../protocol/frames.ts";

export interface PresenceSources {
  bus: Bus;
  store: Pick<Store, "accounts">;
  /** Sends a frame to one connection, if it is still there. */
  push(connection: ConnectionId, frame: ServerFrame): void;
}

interface Watched {
  by: Set<ConnectionId>;
  unsubscribe: Unsubscribe;
}

/** Long enough for every node to answer; presence is lossy by design. */
const askMs = 500;

export class Presence {
  readonly #sources: PresenceSources;
  readonly #watched = new Map<UserId, Watched>();
  readonly #watching = new Map<ConnectionId, Set<UserId>>();

  constructor(sources: PresenceSources) {
    this.#sources = sources;
  }

  /** Replaces the set that a connection looks at; resolves to the states now. */
  async watch(connection: ConnectionId, users: readonly UserId[]): Promise<({ user: UserId } & Seen)[]> {
    const wanted = new Set(users);
    const before = this.#watching.get(connection) ?? new Set();
    for (const user of before) if (!wanted.has(user)) this.#leave(connection, user);
    this.#watching.set(connection, wanted);
    await Promise.all(
      [...wanted].filter((user) => !before.has(user)).map((user) => this.#enter(connection, user)),
    );
    return await this.ask([...wanted]);
  }

  forget(connection: ConnectionId): void {
    for (const user of this.#watching.get(connection) ?? []) this.#leave(connection, user);
    this.#watching.delete(connection);
  }

  /** Asks the nodes that know these users. */
  async ask(users: readonly UserId[]): Promise<({ user: UserId } & Seen)[]> {
    const { bus, store } = this.#sources;
    const accounts = new Map((await store.accounts.many(users)).map((account) => [account.id, account]));
    return await Promise.all(
      users.map(async (user) => {
        const answers = await bus.request(`user.${user}`, { t: "presence?" }, askMs);
        const state = merge(answers as PresenceState[]);
        const lastSeen = state === "offline" ? (accounts.get(user)?.lastSeenAt ?? null) : null;
        return { user, state, lastSeen };
      }),
    );
  }

  async #enter(connection: ConnectionId, user: UserId): Promise<void> {
    const watched = this.#watched.get(user);
    if (watched !== undefined) {
      watched.by.add(connection);
      return;
    }
    const fresh: Watched = { by: new Set([connection]), unsubscribe: () => {} };
    this.#watched.set(user, fresh);
    fresh.unsubscribe = await this.#sources.bus.subscribe(`presence.${user}`, (message) =>
      this.#changed(user, message),
    );
    if (fresh.by.size === 0) fresh.unsubscribe();
  }

  #leave(connection: ConnectionId, user: UserId): void {
    const watched = this.#watched.get(user);
    watched?.by.delete(connection);
    if (watched === undefined || watched.by.size > 0) return;
    watched.unsubscribe();
    this.#watched.delete(user);
  }

  #changed(user: UserId, message: Json): void {
    const { state, lastSeen } = message as unknown as Seen;
    for (const connection of this.#watched.get(user)?.by ?? []) {
      this.#sources.push(connection, { t: "presence", user, state, lastSeen });
    }
  }
}
