/**
 * The user actors of this node: one per connected user, the shell around actors/user/user.ts. The bus is the registry: an
 * actor listens on `user.<id>` before the account is read, so that nothing falls between the two.
 */

import { limits } from "../../actors/limits.ts";
import {
  type Bus,
  type ConnectionId,
  type Item,
  type Json,
  type RoomId,
  type SessionId,
  type Store,
  Unavailable,
  UnknownOutcome,
  type Unsubscribe,
  type UserId,
} from "../../actors/ports.ts";
import type { Behavior } from "../../actors/runtime/behavior.ts";
import type { Envelope } from "../../actors/runtime/envelope.ts";
import { Interrupted } from "../../actors/runtime/failure.ts";
import type { Kind } from "../../actors/runtime/kind.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import type { System } from "../../actors/runtime/system.ts";
import { connected, type Heard, hear, newUser, synced, type UserState } from "../../actors/user/user.ts";
import type { UserDesk } from "../gateway/gateway.ts";

export interface UsersSources {
  store: Pick<Store, "items" | "accounts">;
  bus: Bus;
  platform: Platform;
  system: System;
  sockets: UserSockets;
  onFailure: (error: unknown) => void;
}

/** What reaches the sockets of one user on this node. */
export interface UserSockets {
  /** For an actor that begins again after a crash. */
  connections(user: UserId): { connection: ConnectionId; session: SessionId }[];
  told(user: UserId, version: number, entered: readonly RoomId[]): void;
  closeSession(user: UserId, session: SessionId): void;
  frame(user: UserId, frame: string): void;
}

/** Besides what the actor hears: a question, or a frame that is for all devices. */
type BusMessage =
  | Extract<Heard, { t: "account" | "revoked" }>
  | { t: "presence?" }
  | { t: "frame"; frame: string };

const itemsPage = 500;
/** The last connection went: the actor is kept this long for the next one. */
const lingerMs = 5_000;

export class Users implements UserDesk {
  readonly #sources: UsersSources;
  readonly #kind: Kind<Heard, number>;
  readonly #present = new Set<UserId>();
  #cancel: () => void = () => {};

  constructor(sources: UsersSources) {
    this.#sources = sources;
    this.#kind = sources.system.define<Heard, number>({
      kind: "user",
      capacity: limits.userMailboxMax,
      // "Something changed" says the same however often it is said.
      overflow: ({ t }) => (t === "account" || t === "version" ? "coalesce" : "reject"),
      idleMs: lingerMs,
      residentMax: limits.usersResidentMax,
      create: (id) => new UserActor(sources, id, this.#present, this),
    });
    this.#scheduleCheck();
  }

  get size(): number {
    return this.#kind.residents;
  }

  async opened(user: UserId, session: SessionId, connection: ConnectionId): Promise<number> {
    const opened: Heard = { t: "opened", connection, session, version: 0 };
    const version = await this.#sources.system.ref(this.#kind, user).ask(opened);
    if (typeof version !== "number") throw new Error(`user actor: ${version.failure}`);
    return version;
  }

  closed(user: UserId, connection: ConnectionId): void {
    this.tell(user, { t: "closed", connection });
  }

  away(user: UserId, connection: ConnectionId, away: boolean): void {
    this.tell(user, { t: "away", connection, away });
  }

  stop(): void {
    this.#cancel();
  }

  tell(user: UserId, heard: Heard): void {
    this.#sources.system.ref(this.#kind, user).tell(heard, heard.t);
  }

  /** A lost tell costs at most versionCheckMs. */
  #scheduleCheck(): void {
    this.#cancel = this.#sources.platform.after(limits.versionCheckMs, () => {
      this.#check().catch(this.#sources.onFailure);
      this.#scheduleCheck();
    });
  }

  async #check(): Promise<void> {
    const users = [...this.#present];
    const versions = await this.#sources.store.items.versions(users);
    for (const [i, user] of users.entries()) this.tell(user, { t: "version", version: versions[i] ?? 0 });
  }
}

class UserActor implements Behavior<Heard, number> {
  readonly #sources: UsersSources;
  readonly #state: UserState;
  readonly #present: Set<UserId>;
  readonly #users: Pick<Users, "tell">;
  #unsubscribe: Unsubscribe = () => {};

  constructor(sources: UsersSources, user: UserId, present: Set<UserId>, users: Pick<Users, "tell">) {
    this.#sources = sources;
    this.#state = newUser(user);
    this.#present = present;
    this.#users = users;
  }

  async start(): Promise<void> {
    const { bus, sockets } = this.#sources;
    const { user } = this.#state;
    this.#unsubscribe = await bus.subscribe(`user.${user}`, (message, answer) =>
      this.#hearBus(message, answer),
    );
    for (const { connection, session } of sockets.connections(user)) {
      connected(this.#state, connection, session);
    }
    this.#present.add(user);
  }

  async turn(batch: readonly Envelope<Heard, number>[]): Promise<void> {
    try {
      for (const envelope of batch) {
        const heard = await this.#withVersion(envelope.message);
        await this.#follow(heard);
        envelope.reply(heard.t === "opened" ? heard.version : 0);
      }
    } catch (error) {
      const away = error instanceof Unavailable || error instanceof UnknownOutcome;
      throw away ? new Interrupted("the store is away", { cause: error }) : error;
    }
  }

  busy(): boolean {
    return this.#state.connections.length > 0;
  }

  release(): void {
    const { user } = this.#state;
    this.#unsubscribe();
    this.#present.delete(user);
    if (this.#sources.sockets.connections(user).length === 0) return;
    // It crashed under its connections: the next one begins at once, and the check finds them if this is refused.
    this.#present.add(user);
    this.#users.tell(this.#state.user, { t: "account" });
  }

  async #withVersion(heard: Heard): Promise<Heard> {
    if (heard.t !== "opened") return heard;
    const [version = 0] = await this.#sources.store.items.versions([this.#state.user]);
    return { ...heard, version };
  }

  #hearBus(message: Json, answer?: (reply: Json) => void): void {
    const heard = message as unknown as BusMessage;
    if (heard.t === "frame") this.#sources.sockets.frame(this.#state.user, heard.frame);
    else if (heard.t === "presence?") answer?.(this.#state.presence);
    else this.#users.tell(this.#state.user, heard);
  }

  async #follow(heard: Heard): Promise<void> {
    const { store, bus, platform, sockets } = this.#sources;
    for (const effect of hear(this.#state, heard)) {
      switch (effect.do) {
        case "sync":
          await this.#sync(effect.since);
          break;
        case "presence": {
          const lastSeen = effect.state === "offline" ? platform.now() : null;
          bus.publish(`presence.${this.#state.user}`, { state: effect.state, lastSeen });
          break;
        }
        case "seen":
          await store.accounts.seen(this.#state.user, platform.now());
          break;
        case "close":
          for (const session of effect.sessions) sockets.closeSession(this.#state.user, session);
          break;
      }
    }
  }

  async #sync(since: number): Promise<void> {
    const { store, sockets } = this.#sources;
    const { user } = this.#state;
    for (let from = since; ; ) {
      const { version, items } = await store.items.since(user, from, itemsPage);
      const reached = items.length < itemsPage ? version : (items.at(-1)?.version ?? version);
      for (const session of endedSessions(items)) sockets.closeSession(this.#state.user, session);
      if (reached > from) sockets.told(user, reached, enteredRooms(items));
      synced(this.#state, reached);
      if (items.length < itemsPage) return;
      from = reached;
    }
  }
}

function enteredRooms(items: readonly Item[]): RoomId[] {
  return items
    .filter(({ key, value }) => key.startsWith("room:") && hasRole(value))
    .map(({ key }) => key.slice(5));
}

function hasRole(value: Json): boolean {
  if (value === null || typeof value !== "object" || !("role" in value)) return false;
  return value.role !== null;
}

function endedSessions(items: readonly Item[]): SessionId[] {
  return items.filter(({ key }) => key.startsWith("session:")).map(({ key }) => key.slice(8));
}
