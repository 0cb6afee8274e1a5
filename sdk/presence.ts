/** Whom this client looks at, and what it knows of them. */
import type { UserId } from "../actors/ports.ts";
import type { PresenceState } from "../src/protocol/frames.ts";
import type { Emitter } from "./emitter.ts";

export interface Seen {
  state: PresenceState;
  lastSeen: number | null;
}

interface Deps {
  emitter: Emitter;
  online(): boolean;
  request(op: string, input: unknown): Promise<unknown>;
}

const unknown: Seen = { state: "offline", lastSeen: null };

export class Presence {
  readonly #deps: Deps;
  readonly #seen = new Map<UserId, Seen>();
  #watched: readonly UserId[] = [];
  #away = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  of(user: UserId): Seen {
    return this.#seen.get(user) ?? unknown;
  }

  /** Replaces the set. */
  watch(users: readonly UserId[]): void {
    this.#watched = [...users];
    for (const user of this.#seen.keys()) if (!users.includes(user)) this.#seen.delete(user);
    this.#askStates();
  }

  setAway(away: boolean): void {
    if (away === this.#away) return;
    this.#away = away;
    this.#tellState();
  }

  changed(user: UserId, state: PresenceState, lastSeen: number | null): void {
    this.#seen.set(user, { state, lastSeen });
    this.#deps.emitter.emit("presence", { user, state, lastSeen });
  }

  /** A new connection knows nothing of this. */
  flush(): void {
    if (this.#watched.length > 0) this.#askStates();
    if (this.#away) this.#tellState();
  }

  #askStates(): void {
    if (!this.#deps.online()) return;
    this.#deps.request("presence.watch", { users: this.#watched }).then(
      (answer) => {
        const { states } = answer as {
          states: { user: UserId; state: PresenceState; lastSeen: number | null }[];
        };
        for (const { user, state, lastSeen } of states) this.changed(user, state, lastSeen);
      },
      // Lossy by design; the next connection asks again.
      () => {},
    );
  }

  #tellState(): void {
    if (!this.#deps.online()) return;
    this.#deps.request("presence.set", { state: this.#away ? "away" : "online" }).catch(() => {});
  }
}
