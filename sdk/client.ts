/** One signed-in user on this device: wires the parts, top to bottom. */
import type { RoomId } from "../actors/ports.ts";
import type { Cursor } from "../actors/room/events.ts";
import { Account } from "./account.ts";
import type {
  Client,
  ClientEvents,
  ConnectionChange,
  ConnectionState,
  Profile,
  RoomInfo,
  Storage,
} from "./api.ts";
import { CatchUp, parts } from "./catch-up.ts";
import { jitter } from "./chore.ts";
import { Clock, hex } from "./clock.ts";
import { banned, resumeVoid, revoked, unauthorized } from "./close.ts";
import { type ChatFrame, Connection, type Welcome } from "./connection.ts";
import { Emitter, Signal } from "./emitter.ts";
import { failure, ignore } from "./error.ts";
import type { Host } from "./host.ts";
import { paintMs, retryBaseMs } from "./limits.ts";
import { Outbox, type Pending } from "./outbox.ts";
import type { ClientPlatform } from "./platform.ts";
import { Presence } from "./presence.ts";
import { ChatRoom } from "./room.ts";
import { RoomSync } from "./room-sync.ts";
import { type Fetch, Session } from "./session.ts";
import { Summaries } from "./summaries.ts";
import type { Transport } from "./transport.ts";
import { onWake } from "./wake.ts";

export interface ClientParts {
  url: string;
  storage: Storage;
  transport: Transport;
  platform: ClientPlatform;
  fetch: Fetch;
  label: string;
  tab: string | undefined;
}

/** The close codes after which the session is over, not only the connection. */
const sessionOver: readonly number[] = [unauthorized, revoked, banned];

export class ChatClient implements Client {
  readonly #parts: ClientParts;
  readonly #emitter: Emitter;
  readonly #clock: Clock;
  readonly #session: Session;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #presence: Presence;
  readonly #summaries: Summaries;
  readonly #catchUp: CatchUp;
  readonly #account = new Account();
  readonly #rooms = new Map<RoomId, { sync: RoomSync; room: ChatRoom }>();
  readonly #host: Host;
  readonly #listSignal: Signal;
  #list: readonly RoomInfo[] | null = null;
  #painting = false;
  /** connect() was called, and close() wasn't since. */
  #wanted = false;
  #loginName = "";
  #resumeRoomsMax = 0;
  #unhook = (): void => {};

  constructor(parts: ClientParts) {
    const { platform, storage } = parts;
    this.#parts = parts;
    this.#emitter = new Emitter(platform);
    this.#listSignal = new Signal(platform);
    this.#clock = new Clock(platform);
    this.#session = new Session({ ...parts, clock: this.#clock });
    this.#connection = new Connection({
      transport: parts.transport,
      platform,
      tab: parts.tab ?? hex(platform.bytes(8)),
      token: (refused) => this.#session.token(refused),
      renewInMs: () => this.#session.renewInMs(),
      changed: (change) => this.#connectionChanged(change),
      welcomed: (welcome) => void this.#welcomed(welcome),
      received: (frame) => this.#received(frame),
      stopped: (code, reason) => this.#stopped(code, reason),
      seen: (frame) => this.#emitter.emit("frame", frame),
    });
    const host = {
      platform,
      storage,
      clock: this.#clock,
      emitter: this.#emitter,
      me: () => this.#session.user ?? "",
      online: () => this.connection === "online",
      request: (op: string, input: unknown) => this.call(op, input),
      tell: (op: string, input: unknown) => this.#connection.requests.tell(op, input),
      changed: () => this.#listChanged(),
      refresh: (room: RoomId) => this.#summaries.want(room),
      passed: (room: RoomId, seq: number) => seq <= (this.#rooms.get(room)?.sync.log.last ?? 0),
      commandChanged: (command: Pending) => {
        if (command.room !== null) this.#open(command.room).sync.commandChanged(command);
      },
    };
    this.#outbox = new Outbox(host);
    this.#presence = new Presence(host);
    this.#summaries = new Summaries(host, (summary) => this.#open(summary.room).sync.summary(summary));
    this.#catchUp = new CatchUp(platform, (frame) => this.#connection.send(frame));
    this.#host = { ...host, outbox: this.#outbox };
  }

  // Signing in and out

  async register(input: { name: string; password: string; display?: string; label?: string }): Promise<void> {
    await this.#begin("register", input);
  }

  async login(input: { name: string; password: string; label?: string }): Promise<void> {
    await this.#begin("login", input);
  }

  async logout(): Promise<void> {
    // Signing out must work offline too; the session then ends on the server by its age, or from another device.
    if (this.connection === "online") await this.call("session.logout", {}).catch(ignore);
    await this.close();
    await this.#session.forget();
    this.#reset();
  }

  get me(): Profile | null {
    const id = this.#session.user;
    if (id === null) return null;
    const { name, display, about } = this.#account.profile ?? {
      name: this.#loginName,
      display: "",
      about: "",
    };
    return { id, name, display: display || name, about };
  }

  // The connection

  get connection(): ConnectionState {
    return this.#connection.state;
  }

  async connect(): Promise<void> {
    this.#wanted = true;
    await this.#session.restore();
    if (this.#session.user === null) throw failure("unauthorized", "sign in first");
    await this.#outbox.restore();
    // close() may have come in between.
    if (!this.#wanted) return;
    this.#unhook();
    this.#unhook = onWake(() => this.#connection.wake());
    this.#connection.open();
  }

  ready(timeoutMs = 30_000): Promise<void> {
    if (this.connection === "online") return Promise.resolve();
    return new Promise((resolve, reject) => {
      const end = (): void => {
        off();
        cancel();
      };
      const off = this.on("connection", ({ state, reason }) => {
        if (state !== "online" && state !== "closed") return;
        end();
        if (state === "online") resolve();
        else reject(failure("unavailable", reason ?? "closed"));
      });
      const cancel = this.#parts.platform.after(timeoutMs, () => {
        end();
        reject(failure("unavailable", `not online within ${timeoutMs} ms`, true));
      });
    });
  }

  async close(): Promise<void> {
    this.#wanted = false;
    this.#unhook();
    this.#connection.close();
    this.#outbox.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  on<E extends keyof ClientEvents>(
    event: E,
    listener: (value: ClientEvents[E]) => void,
    options: { signal?: AbortSignal } = {},
  ): () => void {
    return this.#emitter.on(event, listener, options.signal);
  }

  call(op: string, input: unknown): Promise<unknown> {
    return this.#connection.requests.call(op, input);
  }

  // Rooms

  readonly rooms: Client["rooms"] = {
    snapshot: () => {
      this.#list ??= [...this.#rooms.values()]
        .filter(({ sync }) => sync.summarised && sync.facts.role !== null)
        .sort((a, b) => b.sync.facts.at - a.sync.facts.at || (a.sync.id < b.sync.id ? -1 : 1))
        .map(({ room }) => room.info());
      return this.#list;
    },
    subscribe: (listener) => this.#listSignal.subscribe(listener),
  };

  room(id: string): ChatRoom {
    return this.#open(id).room;
  }

  async direct(user: string): Promise<ChatRoom> {
    const { room, exists } = (await this.call("room.direct", { user })) as { room: RoomId; exists: boolean };
    this.#open(room).sync.direct(user, exists);
    if (exists) await this.#summarise(room);
    return this.room(room);
  }

  async createGroup(input: Parameters<Client["createGroup"]>[0]): Promise<ChatRoom> {
    const { room } = await this.#outbox.add("room.create", null, { ...input });
    await this.#summarise(room);
    return this.room(room);
  }

  async join(id: string): Promise<ChatRoom> {
    const room = this.room(id);
    await room.join();
    await this.#summarise(id);
    return room;
  }

  // People

  async findUser(name: string): Promise<Profile | null> {
    return ((await this.call("user.find", { name })) as { user: Profile | null }).user;
  }

  async users(ids: string[]): Promise<Profile[]> {
    return ((await this.call("user.many", { users: ids })) as { users: Profile[] }).users;
  }

  async setProfile(profile: { display?: string; about?: string }): Promise<void> {
    await this.call("account.profile", profile);
  }

  watch(users: string[]): void {
    this.#presence.watch(users);
  }

  presenceOf(user: string): ReturnType<Client["presenceOf"]> {
    return this.#presence.of(user);
  }

  setAway(away: boolean): void {
    this.#presence.setAway(away);
  }

  async sessions(): ReturnType<Client["sessions"]> {
    return ((await this.call("session.list", {})) as { sessions: Awaited<ReturnType<Client["sessions"]>> })
      .sessions;
  }

  async revoke(session: string): Promise<void> {
    await this.call("session.revoke", { session });
  }

  readonly outbox: Client["outbox"] = {
    list: () => this.#outbox.list(),
    discard: (cid) => this.#outbox.discard(cid),
    retry: async (cid) => {
      await this.#outbox.retry(cid);
    },
  };

  // What happens underneath

  async #begin(path: "register" | "login", input: { name: string; label?: string }): Promise<void> {
    const before = this.#session.user;
    await this.#session.begin(path, { label: this.#parts.label, ...input });
    this.#loginName = input.name;
    if (this.#session.user !== before) this.#reset();
  }

  /** Nothing of a former user stays in memory. */
  #reset(): void {
    this.#connection.close();
    this.#outbox.stop();
    this.#account.clear();
    this.#rooms.clear();
    this.#listChanged();
  }

  #open(id: RoomId): { sync: RoomSync; room: ChatRoom } {
    const known = this.#rooms.get(id);
    if (known) return known;
    const sync = new RoomSync(id, this.#host);
    const opened = { sync, room: new ChatRoom(sync, this.#host) };
    this.#rooms.set(id, opened);
    return opened;
  }

  async #summarise(room: RoomId): Promise<void> {
    // The summary is for the eye: what it is about has happened, with or without it.
    await this.#summaries.fetch([room]).catch(() => this.#host.refresh(room));
  }

  #listChanged(): void {
    this.#list = null;
    if (this.#painting) return;
    this.#painting = true;
    this.#parts.platform.after(paintMs, () => {
      this.#painting = false;
      this.#listSignal.fire();
      this.#emitter.emit("rooms", undefined);
    });
  }

  #connectionChanged(change: ConnectionChange): void {
    if (change.state === "offline" || change.state === "closed") {
      this.#catchUp.stop();
      for (const { sync } of this.#rooms.values()) {
        sync.offline();
        if (change.code === resumeVoid) sync.reset(null);
      }
    }
    this.#emitter.emit("connection", change);
  }

  #stopped(code: number, reason: string): void {
    if (!sessionOver.includes(code)) return;
    // The memory is cleared at the next sign-in; until then the user may still read.
    this.#session.end().catch(ignore);
    this.#emitter.emit("signedOut", { code, reason });
  }

  async #welcomed(welcome: Welcome): Promise<void> {
    this.#clock.set(welcome.now);
    this.#resumeRoomsMax = welcome.limits.resumeRoomsMax;
    try {
      await this.#syncAccount(welcome.version);
      const rooms = [...this.#account.rooms()].filter(([, { role }]) => role !== null).map(([id]) => id);
      const summaries = this.#summaries.fetch(rooms).catch(() => rooms.forEach(this.#host.refresh));
      await Promise.all([this.#catchUp.resume(this.#cursors(), this.#resumeRoomsMax), summaries]);
    } catch {
      // If this connection is the lost one, there is nothing left to drop.
      if (this.connection === "catching-up") this.#connection.drop("could not catch up");
      return;
    }
    this.#connection.caughtUp();
    if (this.connection !== "online") return;
    for (const { sync } of this.#rooms.values()) sync.online();
    this.#presence.flush();
    this.#outbox.flush();
  }

  /** Every room of mine, and those that I left with a copy that lacks its end. */
  #cursors(): [RoomId, Cursor | null][] {
    const cursors: [RoomId, Cursor | null][] = [];
    for (const [id, { role, to }] of this.#account.rooms()) {
      const cursor = this.#rooms.get(id)?.sync.cursor ?? null;
      if (role !== null || (cursor && to !== null && cursor[1] < to - 1)) cursors.push([id, cursor]);
    }
    return cursors;
  }

  async #syncAccount(version: number): Promise<void> {
    await this.#account.sync(version, this.#host.request);
    for (const [id, membership] of this.#account.rooms()) {
      const known = this.#rooms.has(id);
      if (membership.role !== null || known) this.#open(id).sync.membership(membership);
      if (membership.role !== null) this.#summaries.want(id);
    }
    this.#listChanged();
  }

  #received(frame: ChatFrame): void {
    this.#catchUp.progress();
    switch (frame.t) {
      case "events":
        this.#open(frame.room).sync.events(frame.epoch, frame.from, frame.events);
        break;
      case "limited":
        this.#open(frame.room).sync.limited(frame.epoch, frame.to);
        break;
      case "epoch":
        this.#open(frame.room).sync.reset(frame.epoch);
        break;
      case "live":
        this.#live(frame);
        break;
      case "account":
        this.#syncAccount(frame.version).catch(ignore);
        break;
      case "receipts":
        this.#rooms.get(frame.room)?.sync.othersMarks(frame.marks);
        break;
      case "unread":
        this.#rooms.get(frame.room)?.sync.ownMark(frame);
        break;
      case "typing":
        this.#rooms.get(frame.room)?.sync.othersTyping(frame.user);
        break;
      case "presence":
        this.#presence.changed(frame);
        break;
      case "ping":
        this.#compare(frame.heads);
        break;
    }
  }

  #live({ n, rooms, refused }: Extract<ChatFrame, { t: "live" }>): void {
    for (const [id, cursor] of Object.entries(rooms)) this.#open(id).sync.liveAt(cursor);
    for (const [id, why] of Object.entries(refused)) {
      this.#open(id).sync.live = false;
      if (why === "unavailable") this.#resumeLater(id);
    }
    this.#catchUp.live(n);
  }

  #resumeLater(id: RoomId): void {
    const { platform } = this.#parts;
    platform.after(retryBaseMs + jitter(platform, 3), () => {
      const { sync } = this.#open(id);
      if (this.connection !== "online" || sync.live) return;
      this.#catchUp.resume([[id, sync.cursor]], this.#resumeRoomsMax).catch(ignore);
    });
  }

  /** The sum of our cursors must be the server's. If not, something was lost on the way. */
  #compare(heads: number): void {
    if (this.connection !== "online") return;
    const live: [RoomId, Cursor][] = [];
    let sum = 0;
    for (const [id, { sync }] of this.#rooms) {
      if (!sync.live || !sync.cursor) continue;
      live.push([id, sync.cursor]);
      sum += sync.cursor[1];
    }
    if (sum === heads) return;
    for (const rooms of parts(live, this.#resumeRoomsMax)) this.#connection.send({ t: "sync", rooms });
    // A room that we belong to but never heard of counts in the server's sum too.
    const silent = this.#cursors().filter(([id]) => !this.#rooms.get(id)?.sync.live);
    this.#catchUp.resume(silent, this.#resumeRoomsMax).catch(ignore);
  }
}
