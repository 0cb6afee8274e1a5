/** Whom this client looks at, and what it knows of them. Lossy by design: each connection asks anew. */
import type { UserId } from "../actors/ports.ts";
import type { PresenceState } from "../src/protocol/frames.ts";
import { ignore } from "./error.ts";
import type { Host } from "./host.ts";

export interface Seen {
  state: PresenceState;
  lastSeen: number | null;
}

export class Presence {
  readonly #host: Pick<Host, "emitter" | "online" | "request">;
  readonly #seen = new Map<UserId, Seen>();
  #watched: readonly UserId[] = [];
  #away = false;

  constructor(host: Pick<Host, "emitter" | "online" | "request">) {
    this.#host = host;
  }

  of(user: UserId): Seen {
    return this.#seen.get(user) ?? { state: "offline", lastSeen: null };
  }

  /** Replaces the set. */
  watch(users: readonly UserId[]): void {
    this.#watched = users;
    for (const user of this.#seen.keys()) if (!users.includes(user)) this.#seen.delete(user);
    if (this.#host.online()) this.#ask().catch(ignore);
  }

  setAway(away: boolean): void {
    this.#away = away;
    if (this.#host.online()) this.#set().catch(ignore);
  }

  changed({ user, state, lastSeen }: Seen & { user: UserId }): void {
    this.#seen.set(user, { state, lastSeen });
    this.#host.emitter.emit("presence", { user, state, lastSeen });
  }

  /** A new connection knows nothing of this. */
  flush(): void {
    if (this.#watched.length > 0) this.#ask().catch(ignore);
    if (this.#away) this.#set().catch(ignore);
  }

  async #ask(): Promise<void> {
    const answer = await this.#host.request("presence.watch", { users: this.#watched });
    for (const each of (answer as { states: (Seen & { user: UserId })[] }).states) this.changed(each);
  }

  async #set(): Promise<void> {
    await this.#host.request("presence.set", { state: this.#away ? "away" : "online" });
  }
}
