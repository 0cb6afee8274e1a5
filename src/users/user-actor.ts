/**
 * One user of this node: the shell around actors/user/user.ts. It listens on `user.<id>` before the account is read, so that
 * nothing falls between the two.
 */

import * as v from "valibot";
import {
  type Bus,
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
import type { Platform } from "../../actors/runtime/platform.ts";
import {
  type Connections,
  type Heard,
  hear,
  synced,
  type UserState,
  unheard,
} from "../../actors/user/user.ts";
import { deltaOf } from "./delta.ts";

export interface UserSources {
  /** This node's name among those on the bus. */
  node: string;
  store: Pick<Store, "items" | "accounts">;
  bus: Bus;
  platform: Platform;
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
export type Mail = Heard | { t: "changed" };

/** What outlives a crash of the actor, as the sockets do. */
export interface Present {
  /** What the actor heard. */
  readonly state: UserState;
  /** What is so. */
  readonly connections: Connections;
  /** An actor listens on the bus. */
  listens: boolean;
}

/** Besides what the actor hears: a frame that is for all devices. */
const busMessage = v.variant("t", [
  v.object({ t: v.literal("account") }),
  v.object({ t: v.literal("revoked"), sessions: v.array(v.string()) }),
  v.object({ t: v.literal("frame"), frame: v.string() }),
]);

/** The actors of this node, as one of them needs them. */
export interface Neighbours {
  tell(user: UserId, mail: Mail): void;
  /** The actor listens from now on. */
  came(user: UserId): void;
  /** The account's version now. */
  version(user: UserId): Promise<number>;
  /** Nobody of this user is there, and the actor knows. */
  forget(user: UserId): void;
}

export class UserActor implements Behavior<Mail, number> {
  readonly #sources: UserSources;
  readonly #present: Present;
  readonly #users: Neighbours;
  #unsubscribe: Unsubscribe = () => {};

  constructor(sources: UserSources, present: Present, users: Neighbours) {
    this.#sources = sources;
    this.#present = present;
    this.#users = users;
  }

  get #state(): UserState {
    return this.#present.state;
  }

  async start(): Promise<void> {
    try {
      this.#unsubscribe = await this.#subscribe();
    } catch (error) {
      // A server of the bus that is away for seconds must not put its users into quarantine.
      throw new Interrupted("the bus is away", { cause: error });
    }
    this.#present.listens = true;
    this.#users.came(this.#state.user);
  }

  /** By itself: a function that is made in an async one keeps what that one had on its stack. */
  #subscribe(): Promise<Unsubscribe> {
    return this.#sources.bus.subscribe(`user.${this.#state.user}`, (message) => this.#hearBus(message));
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
    this.#present.listens = false;
    const { user, connections } = this.#state;
    if (connections.length === 0 && this.#present.connections.length === 0) this.#users.forget(user);
    // It crashed, and its sockets are there: the next incarnation hears for them.
    else this.#users.tell(user, { t: "account" });
  }

  /** Returns the account's version to one that opened. */
  async #take(mail: Mail): Promise<number> {
    let version = 0;
    if (mail.t === "opened") {
      version = await this.#users.version(this.#state.user);
      // It may have gone while it waited.
      if (this.#present.connections.some((one) => one.connection === mail.connection))
        await this.#follow({ ...mail, version });
    } else if (mail.t !== "changed") await this.#follow(mail);
    for (const heard of unheard(this.#state, this.#present.connections)) await this.#follow(heard);
    return version;
  }

  #hearBus(message: Json): void {
    const parsed = v.safeParse(busMessage, message);
    // A later version's: what it changed shows in the account's version.
    if (!parsed.success) return;
    const heard = parsed.output;
    if (heard.t === "frame") this.#sources.sockets.frame(this.#state.user, heard.frame);
    else this.#users.tell(this.#state.user, heard);
  }

  async #follow(heard: Heard): Promise<void> {
    const { node, store, bus, platform, sockets, onFailure } = this.#sources;
    for (const effect of hear(this.#state, heard)) {
      switch (effect.do) {
        case "sync":
          await this.#sync(effect.since);
          break;
        case "presence": {
          const lastSeen = effect.state === "offline" ? platform.now() : null;
          bus.publish(`presence.${this.#state.user}`, { node, state: effect.state, lastSeen });
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
