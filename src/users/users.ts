/** The user actors of this node: one per connected user. The bus is the registry of who is where. */

import { limits } from "../../actors/limits.ts";
import type { ConnectionId, SessionId, UserId } from "../../actors/ports.ts";
import type { Kind } from "../../actors/runtime/kind.ts";
import type { System } from "../../actors/runtime/system.ts";
import { type Heard, newUser, type PresenceState, unheard, without } from "../../actors/user/user.ts";
import type { UserDesk } from "../gateway/admission.ts";
import { Gathered } from "../store/gathered.ts";
import { every } from "../waiting.ts";
import { type Mail, type Neighbours, type Present, UserActor, type UserSources } from "./user-actor.ts";

export interface UsersSources extends UserSources {
  /** Others may publish for a moment before they know that somebody subscribed here. */
  interestSpreads: boolean;
  system: System;
}

/** Versions that are read at once. */
const versionsPage = 1_000;
/** A user who came is looked at once more after this, or up to twice this. */
const firstCheckMs = 1_000;
/** The last connection went: the actor is kept this long for the next one. */
const lingerMs = 5_000;

export class Users implements UserDesk, Neighbours {
  readonly #sources: UsersSources;
  readonly #kind: Kind<Mail, number>;
  readonly #present = new Map<UserId, Present>();
  /** Those who say hello together are looked up together. */
  readonly #versions: Gathered<UserId, number>;
  /** Who came since the last look at those who came. */
  #came = new Set<UserId>();
  readonly #endChecks: () => void;
  #cancelFirst: (() => void) | null = null;

  constructor(sources: UsersSources) {
    this.#sources = sources;
    this.#versions = new Gathered((_, users) => sources.store.items.versions(users));
    this.#kind = sources.system.define<Mail, number>({
      kind: "user",
      capacity: limits.userMailboxMax,
      // "Something changed" says the same however often it is said.
      overflow: ({ t }) => (t === "account" || t === "version" || t === "changed" ? "coalesce" : "reject"),
      idleMs: lingerMs,
      residentMax: limits.usersResidentMax,
      create: (id) => new UserActor(sources, this.#presentOf(id), this),
    });
    // A lost tell costs at most this. An actor that crashed begins again by it; of the others few have something to hear.
    this.#endChecks = every(sources.platform, limits.versionCheckMs, () => {
      this.check().catch(sources.onFailure);
    });
  }

  get size(): number {
    return this.#kind.residents;
  }

  async opened(user: UserId, session: SessionId, connection: ConnectionId): Promise<number> {
    this.#presentOf(user).connections.push({ connection, session, away: false });
    const opened: Heard = { t: "opened", connection, session, version: 0 };
    const version = await this.#sources.system.ref(this.#kind, user).ask(opened);
    if (typeof version !== "number") throw new Error(`user actor: ${version.failure}`);
    return version;
  }

  closed(user: UserId, connection: ConnectionId): void {
    if (without(this.#present.get(user)?.connections ?? [], connection)) this.tell(user, { t: "changed" });
  }

  away(user: UserId, connection: ConnectionId, away: boolean): void {
    const seat = this.#present.get(user)?.connections.find((one) => one.connection === connection);
    if (seat === undefined || seat.away === away) return;
    seat.away = away;
    this.tell(user, { t: "changed" });
  }

  stop(): void {
    this.#endChecks();
    this.#cancelFirst?.();
  }

  /** How a user is on this node. */
  stateOf(user: UserId): PresenceState {
    return this.#present.get(user)?.state.presence ?? "offline";
  }

  /** The actor listens from now on: what was told a moment ago may have missed it. */
  came(user: UserId): void {
    if (!this.#sources.interestSpreads) return;
    this.#came.add(user);
    if (this.#cancelFirst === null) this.#scheduleFirst([]);
  }

  version(user: UserId): Promise<number> {
    return this.#versions.ask("", user);
  }

  /** Reads all versions again, now: tells may have been lost. */
  async check(): Promise<void> {
    await this.#check([...this.#present.keys()]);
  }

  #presentOf(user: UserId): Present {
    const present = this.#present.get(user) ?? {
      state: newUser(user),
      connections: [],
      listens: false,
    };
    this.#present.set(user, present);
    return present;
  }

  tell(user: UserId, mail: Mail): void {
    this.#sources.system.ref(this.#kind, user).tell(mail, mail.t);
  }

  /** Nobody of this user is there, and the actor knows. */
  forget(user: UserId): void {
    this.#present.delete(user);
  }

  /** @param due who came before the last look, and so long enough ago */
  #scheduleFirst(due: readonly UserId[]): void {
    this.#cancelFirst = this.#sources.platform.after(firstCheckMs, () => {
      this.#cancelFirst = null;
      const came = [...this.#came];
      this.#came.clear();
      if (came.length > 0) this.#scheduleFirst(came);
      this.#check(due).catch(this.#sources.onFailure);
    });
  }

  async #check(users: readonly UserId[]): Promise<void> {
    for (let at = 0; at < users.length; at += versionsPage) {
      const some = users.slice(at, at + versionsPage);
      const versions = await this.#sources.store.items.versions(some);
      for (const [i, user] of some.entries()) {
        const version = versions[i] ?? 0;
        const present = this.#present.get(user);
        // Who went meanwhile isn't woken for that.
        if (present !== undefined && lacks(present, version)) this.tell(user, { t: "version", version });
      }
    }
  }
}

/** Is there something that the actor hasn't heard? */
function lacks({ state, connections, listens }: Present, version: number): boolean {
  return !listens || version > state.version || unheard(state, connections).length > 0;
}
