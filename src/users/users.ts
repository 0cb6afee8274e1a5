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
import {
  type Connections,
  type Heard,
  hear,
  newUser,
  synced,
  type UserState,
  unheard,
  without,
} from "../../actors/user/user.ts";
import type { UserDesk } from "../gateway/gateway.ts";
import { deltaOf } from "./delta.ts";

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
  told(user: UserId, version: number, entered: readonly RoomId[]): void;
  closeSession(user: UserId, session: SessionId): void;
  frame(user: UserId, frame: string): void;
}

/** `changed`: connections went, or are away now. Which ones, `Present` says: a full mailbox can't lose that. */
type Mail = Heard | { t: "changed" };

/** What outlives a crash of the actor, as the sockets do. */
interface Present {
  /** What the actor heard. */
  readonly state: UserState;
  /** What is so. */
  readonly connections: Connections;
}

/** Besides what the actor hears: a question, or a frame that is for all devices. */
type BusMessage =
  | Extract<Heard, { t: "account" | "revoked" }>
  | { t: "presence?" }
  | { t: "frame"; frame: string };

/** The last connection went: the actor is kept this long for the next one. */
const lingerMs = 5_000;

export class Users implements UserDesk {
  readonly #sources: UsersSources;
  readonly #kind: Kind<Mail, number>;
  readonly #present = new Map<UserId, Present>();
  #cancel: () => void = () => {};

  constructor(sources: UsersSources) {
    this.#sources = sources;
    this.#kind = sources.system.define<Mail, number>({
      kind: "user",
      capacity: limits.userMailboxMax,
      // "Something changed" says the same however often it is said.
      overflow: ({ t }) => (t === "account" || t === "version" || t === "changed" ? "coalesce" : "reject"),
      idleMs: lingerMs,
      residentMax: limits.usersResidentMax,
      create: (id) => new UserActor(sources, this.#presentOf(id), this),
    });
    this.#scheduleCheck();
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
    this.#cancel();
  }

  #presentOf(user: UserId): Present {
    const present = this.#present.get(user) ?? { state: newUser(user), connections: [] };
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

  /** A lost tell costs at most versionCheckMs. An actor that crashed begins again by it. */
  #scheduleCheck(): void {
    this.#cancel = this.#sources.platform.after(limits.versionCheckMs, () => {
      this.#check().catch(this.#sources.onFailure);
      this.#scheduleCheck();
    });
  }

  async #check(): Promise<void> {
    const users = [...this.#present.keys()];
    const versions = await this.#sources.store.items.versions(users);
    for (const [i, user] of users.entries()) this.tell(user, { t: "version", version: versions[i] ?? 0 });
  }
}

class UserActor implements Behavior<Mail, number> {
  readonly #sources: UsersSources;
  readonly #state: UserState;
  readonly #connections: Connections;
  readonly #users: Pick<Users, "tell" | "forget">;
  #unsubscribe: Unsubscribe = () => {};

  constructor(sources: UsersSources, { state, connections }: Present, users: Pick<Users, "tell" | "forget">) {
    this.#sources = sources;
    this.#state = state;
    this.#connections = connections;
    this.#users = users;
  }

  async start(): Promise<void> {
    this.#unsubscribe = await this.#sources.bus.subscribe(`user.${this.#state.user}`, (message, answer) =>
      this.#hearBus(message, answer),
    );
  }

  async turn(batch: readonly Envelope<Mail, number>[]): Promise<void> {
    try {
      for (const envelope of batch) envelope.reply(await this.#take(envelope.message));
    } catch (error) {
      // The store's trouble isn't the actor's: no quarantine for that.
      const away = error instanceof Unavailable || error instanceof UnknownOutcome;
      throw away ? new Interrupted("the store is away", { cause: error }) : error;
    }
  }

  busy(): boolean {
    return this.#state.connections.length > 0;
  }

  release(): void {
    this.#unsubscribe();
    const { user, connections } = this.#state;
    if (connections.length === 0 && this.#connections.length === 0) this.#users.forget(user);
    // It crashed, and its sockets are there: the next incarnation hears for them.
    else this.#users.tell(user, { t: "account" });
  }

  /** Returns the account's version to one that opened. */
  async #take(mail: Mail): Promise<number> {
    let version = 0;
    if (mail.t === "opened") {
      [version = 0] = await this.#sources.store.items.versions([this.#state.user]);
      // It may have gone while it waited.
      if (this.#connections.some((one) => one.connection === mail.connection))
        await this.#follow({ ...mail, version });
    } else if (mail.t !== "changed") await this.#follow(mail);
    for (const heard of unheard(this.#state, this.#connections)) await this.#follow(heard);
    return version;
  }

  #hearBus(message: Json, answer?: (reply: Json) => void): void {
    const heard = message as unknown as BusMessage;
    if (heard.t === "frame") this.#sources.sockets.frame(this.#state.user, heard.frame);
    else if (heard.t === "presence?") answer?.(this.#state.presence);
    else this.#users.tell(this.#state.user, heard);
  }

  async #follow(heard: Heard): Promise<void> {
    const { store, bus, platform, sockets, onFailure } = this.#sources;
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
          // A time that is lost on a full disk is no reason to be deaf.
          await store.accounts.seen(this.#state.user, platform.now()).catch(onFailure);
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
      const { version, items, more } = await deltaOf(store.items, user, from);
      for (const session of endedSessions(items)) sockets.closeSession(user, session);
      if (version > from) sockets.told(user, version, enteredRooms(items));
      synced(this.#state, version);
      if (!more) return;
      from = version;
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
