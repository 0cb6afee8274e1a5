/**
 * The user actors of this node: one per connected user. The bus is the registry: a node with a connection of a user
 * listens on `user.<id>` before it reads the account, so that nothing falls between the two.
 */

import { limits } from "../../actors/limits.ts";
import type {
  Bus,
  ConnectionId,
  Item,
  Json,
  RoomId,
  SessionId,
  Store,
  Unsubscribe,
  UserId,
} from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { type Heard, hear, newUser, synced, type UserState } from "../../actors/user/user.ts";
import type { UserDesk } from "../gateway/gateway.ts";

export interface UsersSources {
  store: Pick<Store, "items" | "accounts">;
  bus: Bus;
  platform: Platform;
  /** What reaches the sockets; set once the gateway is there. */
  sockets: {
    told(user: UserId, version: number, entered: readonly RoomId[]): void;
    closeSession(session: SessionId): void;
    /** To all connections of the user on this node. */
    frame(user: UserId, frame: string): void;
  };
  onFailure: (error: unknown) => void;
}

interface Resident {
  state: UserState;
  /** Turns are whole handlers, one after the other. */
  mailbox: Heard[];
  running: boolean;
  unsubscribe: Unsubscribe;
  listening: Promise<void>;
}

const itemsPage = 500;

export class Users implements UserDesk {
  readonly #sources: UsersSources;
  readonly #residents = new Map<UserId, Resident>();
  #cancel: () => void = () => {};

  constructor(sources: UsersSources) {
    this.#sources = sources;
    this.#scheduleCheck();
  }

  get size(): number {
    return this.#residents.size;
  }

  async opened(user: UserId, session: SessionId, connection: ConnectionId): Promise<number> {
    const resident = this.#residents.get(user) ?? this.#start(user);
    // Counted at once, so that the resident stays while it begins to listen.
    resident.state.connections.set(connection, { session, away: false });
    await resident.listening;
    const [version = 0] = await this.#sources.store.items.versions([user]);
    this.#tell(user, { t: "opened", connection, session, version });
    return version;
  }

  closed(user: UserId, connection: ConnectionId): void {
    this.#tell(user, { t: "closed", connection });
  }

  away(user: UserId, connection: ConnectionId, away: boolean): void {
    this.#tell(user, { t: "away", connection, away });
  }

  stop(): void {
    this.#cancel();
    for (const resident of this.#residents.values()) resident.unsubscribe();
    this.#residents.clear();
  }

  #start(user: UserId): Resident {
    const resident: Resident = {
      state: newUser(user),
      mailbox: [],
      running: false,
      unsubscribe: () => {},
      listening: Promise.resolve(),
    };
    this.#residents.set(user, resident);
    resident.listening = this.#sources.bus
      .subscribe(`user.${user}`, (message, answer) => this.#hearBus(user, message, answer))
      .then((unsubscribe) => {
        resident.unsubscribe = unsubscribe;
      });
    return resident;
  }

  #hearBus(user: UserId, message: Json, answer?: (reply: Json) => void): void {
    const heard = message as unknown as Heard | { t: "presence?" } | { t: "frame"; frame: string };
    if (heard.t === "frame") this.#sources.sockets.frame(user, heard.frame);
    else if (heard.t === "presence?") answer?.(this.#residents.get(user)?.state.presence ?? "offline");
    else if (heard.t === "account" || heard.t === "revoked") this.#tell(user, heard);
  }

  #tell(user: UserId, heard: Heard): void {
    const resident = this.#residents.get(user);
    if (resident === undefined) return;
    const { mailbox } = resident;
    // "Something changed" says the same however often it is said.
    if (heard.t === "account" && mailbox.some(({ t }) => t === "account")) return;
    mailbox.push(heard);
    if (!resident.running) this.#run(resident).catch(this.#sources.onFailure);
  }

  async #run(resident: Resident): Promise<void> {
    resident.running = true;
    try {
      for (let heard = resident.mailbox.shift(); heard !== undefined; heard = resident.mailbox.shift()) {
        await this.#turn(resident, heard);
      }
    } finally {
      resident.running = false;
    }
    if (resident.state.connections.size > 0) return;
    resident.unsubscribe();
    this.#residents.delete(resident.state.user);
  }

  async #turn({ state }: Resident, heard: Heard): Promise<void> {
    const { store, bus, platform, sockets } = this.#sources;
    for (const effect of hear(state, heard)) {
      switch (effect.do) {
        case "sync":
          await this.#sync(state, effect.since);
          break;
        case "presence":
          bus.publish(`presence.${state.user}`, {
            state: effect.state,
            lastSeen: effect.state === "offline" ? platform.now() : null,
          });
          break;
        case "seen":
          await store.accounts.seen(state.user, platform.now());
          break;
        case "close":
          for (const session of effect.sessions) sockets.closeSession(session);
          break;
      }
    }
  }

  async #sync(state: UserState, since: number): Promise<void> {
    const { store, sockets } = this.#sources;
    let from = since;
    for (;;) {
      const { version, items } = await store.items.since(state.user, from, itemsPage);
      const last = items.at(-1)?.version ?? version;
      if (last > from || version > from) {
        for (const session of endedSessions(items)) sockets.closeSession(session);
        sockets.told(state.user, Math.max(last, from), enteredRooms(items));
      }
      from = items.length < itemsPage ? version : last;
      synced(state, from);
      if (items.length < itemsPage) return;
    }
  }

  /** A lost tell costs at most versionCheckMs. */
  #scheduleCheck(): void {
    this.#cancel = this.#sources.platform.after(limits.versionCheckMs, () => {
      this.#check().catch(this.#sources.onFailure);
      this.#scheduleCheck();
    });
  }

  async #check(): Promise<void> {
    const users = [...this.#residents.keys()];
    const versions = await this.#sources.store.items.versions(users);
    for (const [i, user] of users.entries()) this.#tell(user, { t: "version", version: versions[i] ?? 0 });
  }
}

function enteredRooms(items: readonly Item[]): RoomId[] {
  return items
    .filter(({ key, value }) => key.startsWith("room:") && hasRole(value))
    .map(({ key }) => key.slice(5));
}

function hasRole(value: Json): boolean {
  return (
    value !== null && typeof value === "object" && "role" in value && (value as { role: Json }).role !== null
  );
}

function endedSessions(items: readonly Item[]): SessionId[] {
  return items.filter(({ key }) => key.startsWith("session:")).map(({ key }) => key.slice(8));
}
