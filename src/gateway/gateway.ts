/**
 * Native WebSockets: admission, hello, resume, requests, heartbeat, drain. Knows nothing of Bun: server.ts is the adapter,
 * and the simulator is another one.
 */

import { limits } from "../../actors/limits.ts";
import type { ConnectionId, RoomId, SessionId, UserId } from "../../actors/ports.ts";
import type { Cursor } from "../../actors/room/events.ts";
import { refuse } from "../../actors/room/refusals.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { createGate } from "../auth/gate.ts";
import type { Call, Caller, Result } from "../operations/operation.ts";
import type { Rates } from "../operations/rate.ts";
import type { CloseName } from "../protocol/close.ts";
import type { Returned } from "../rooms/receipts.ts";
import { type Attached, type AttachSources, attach } from "./attach.ts";
import { Connection, type ConnectionHooks } from "./connection.ts";
import { Groups } from "./groups.ts";
import { Flusher, type Socket } from "./outbox.ts";
import { createPace, type Pace } from "./pace.ts";
import { type Incoming, parseFrame } from "./parse.ts";
import { replyOf } from "./reply.ts";

export interface GatewaySources extends AttachSources {
  platform: Platform;
  /** null: the token is refused. Checks that the session still lives. */
  authenticate(token: string): Promise<Caller | null>;
  /** Asked again once the node listens for revocations: one may have come in between. */
  sessionLives(session: SessionId): Promise<boolean>;
  dispatch(op: string, input: unknown, call: Call): Promise<Result<unknown>>;
  users: UserDesk;
  /** A client came back with these cursors, and is live in their rooms. */
  returned(user: UserId, rooms: readonly Returned[]): void;
  rates: Pick<Rates, "resume" | "renew">;
  probe?: GatewayProbe;
  onFailure: (error: unknown) => void;
}

/** The node's user actors, as the gateway needs them. */
export interface UserDesk {
  /** A connection came. Resolves to the account's version, read after the node listens for changes. */
  opened(user: UserId, session: SessionId, connection: ConnectionId): Promise<number>;
  closed(user: UserId, connection: ConnectionId): void;
}

/** Observes, never participates. */
export interface GatewayProbe {
  /** A socket said hello. */
  opened(): void;
  /** `welcomed`: it had been counted by `opened`. `why` is null when the other side closed. */
  closed(why: CloseName | null, welcomed: boolean): void;
  resumed(result: string): void;
  /** A record went out to the sockets of its room so long after it was made. */
  delivered(seconds: number): void;
}

/** A socket before hello. */
interface Pending {
  connection: Connection;
  /** From the subprotocol header. */
  token: string | null;
  cancel: () => void;
  busy: boolean;
  /** Whose it will be, once the token is read. */
  caller: Caller | null;
  /** The account's version that its welcome names: changes may be told before it is out. */
  version: number;
}

/** Sockets of a node that is cut off: fast, since what they show grows old, and not all in one turn of the loop. */
const cutOffWithinMs = 1_000;
const pingBuckets = Math.ceil(limits.pingMs / 1_000);

export class Gateway {
  readonly #sources: GatewaySources;
  readonly #flusher: Flusher;
  readonly #pace: Pace;
  readonly #hooks: ConnectionHooks = {
    closed: (gone) => this.#gone(gone),
    detached: (_, room) => this.#sources.feeds.idle(room),
    // Who came back before the feed had got to the removal was told when the room was still live.
    left: (one, room, cursor) => one.attaching(() => this.#resume(one, 0, { [room]: cursor }, false)),
  };
  readonly #pending = new Map<Connection, Pending>();
  /** After a restart all clients come at once. */
  readonly #gate = createGate(limits.hellosAtOnce, limits.unauthenticatedMax);
  readonly #admitting = new Groups<UserId, Pending>();
  readonly #perAddress = new Map<string, number>();
  readonly #connections = new Map<ConnectionId, Connection>();
  readonly #byUser = new Groups<UserId, Connection>();
  /** Since the start, for metrics. */
  readonly received = { frames: 0, bytes: 0 };
  /** Sockets since the start. */
  #opened = 0;
  #tick = 0;
  #cancelTick: () => void = () => {};
  #draining = false;
  #cutOff = false;

  constructor(sources: GatewaySources) {
    this.#sources = sources;
    this.#flusher = new Flusher(sources.platform);
    this.#pace = createPace(sources.platform, sources.rates);
    this.#schedulePing();
  }

  get flusher(): Pick<Flusher, "frames" | "bytes" | "writes"> {
    return this.#flusher;
  }

  get size(): number {
    return this.#connections.size;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** A socket was accepted. `address`: the client's as far as it can be trusted. `token`: from the subprotocol header, if there was one. */
  open(socket: Socket, address: string, token: string | null): Connection {
    const connection = new Connection(
      this.#sources.platform.id(),
      socket,
      address,
      this.#flusher,
      this.#hooks,
    );
    connection.serial = ++this.#opened;
    const cancel = this.#sources.platform.after(limits.helloMs, () => {
      // One of us is slow. It says nothing of the token: 4500 would sign them out.
      connection.close(this.#pending.get(connection)?.busy ? "overloaded" : "slow", "no hello in time");
    });
    const pending = { connection, token, cancel, busy: false, caller: null, version: 0 };
    this.#pending.set(connection, pending);
    const already = this.#perAddress.get(address) ?? 0;
    this.#perAddress.set(address, already + 1);
    if (this.#draining || this.#cutOff) connection.close("shutdown", "afterMs=1000");
    else if (
      this.#pending.size > limits.unauthenticatedMax ||
      already >= limits.unauthenticatedPerAddressMax
    ) {
      connection.close("overloaded");
    }
    return connection;
  }

  /** One frame came. Never throws: whatever is wrong with it is answered or closes the socket. */
  receive(connection: Connection, text: string): void {
    if (connection.closed) return;
    this.received.frames++;
    this.received.bytes += text.length;
    const pending = this.#pending.get(connection);
    if (pending !== undefined && text.length > limits.helloBytesMax) {
      return connection.close("protocol", `hello holds at most ${limits.helloBytesMax} bytes`);
    }
    const frame = parseFrame(text);
    if ("fault" in frame) return connection.close("protocol", frame.fault);
    if (pending !== undefined) this.#hello(pending, frame);
    else this.#handle(connection, frame);
  }

  connection(connection: ConnectionId): Connection | undefined {
    return this.#connections.get(connection);
  }

  connectionsOf(user: UserId): readonly Connection[] {
    return this.#byUser.of(user);
  }

  /** Ends all sockets of a session, those that are being admitted too. */
  closeSession(user: UserId, session: SessionId, why: CloseName): void {
    for (const connection of this.#ofSession(user, session)) connection.close(why);
    for (const { connection, caller } of [...this.#pending.values()]) {
      if (caller?.session === session) connection.close(why);
    }
  }

  /** The account changed; `entered`: rooms that the user is in, to be made live where they aren't. */
  told(user: UserId, version: number, entered: readonly RoomId[]): void {
    for (const connection of this.connectionsOf(user)) {
      connection.send({ t: "account", version });
      this.enter(connection, entered);
    }
    // Their welcome says it: whatever a client learns of before that, it would miss.
    for (const pending of this.#admitting.of(user)) pending.version = Math.max(pending.version, version);
  }

  /** Makes rooms live that the user came into, from the newest page on. */
  enter(connection: Connection, rooms: readonly RoomId[]): void {
    const fresh = rooms.filter((room) => connection.feedOf(room) === undefined);
    if (fresh.length === 0) return;
    if (connection.entering !== null) {
      for (const room of fresh) connection.entering.add(room);
      return;
    }
    const entering = new Set(fresh);
    connection.entering = entering;
    connection.attaching(() => {
      connection.entering = null;
      const entered = [...entering].map((room) => [room, null] as const);
      return this.#resume(connection, 0, Object.fromEntries(entered), false);
    });
  }

  /** Closes all sockets in slices over `withinMs`, telling each how long to wait at most. */
  async drain(withinMs: number): Promise<void> {
    this.#draining = true;
    await this.#closeAll(withinMs);
  }

  /**
   * The log is out of reach: nobody here would learn what they miss, so they are sent to another node, and so is who comes,
   * until `found`.
   */
  async lost(): Promise<void> {
    this.#cutOff = true;
    await this.#closeAll(cutOffWithinMs);
  }

  found(): void {
    this.#cutOff = false;
  }

  stop(): void {
    this.#cancelTick();
  }

  async #closeAll(withinMs: number): Promise<void> {
    for (const { connection } of [...this.#pending.values()]) connection.close("shutdown", "afterMs=1000");
    const all = [...this.#connections.values()];
    const slices = Math.max(1, Math.min(20, Math.ceil(all.length / 100)));
    const size = Math.ceil(all.length / slices);
    const afterMs = Math.min(10_000, 200 + all.length);
    for (let i = 0; i < slices; i++) {
      for (const connection of all.slice(i * size, (i + 1) * size)) {
        connection.close("shutdown", `afterMs=${afterMs}`);
      }
      if (i < slices - 1) await this.#pause(withinMs / slices);
    }
  }

  #hello(pending: Pending, frame: Incoming): void {
    if (pending.busy || frame.t !== "hello") {
      return pending.connection.close("protocol", "hello comes first, and nothing before welcome");
    }
    const token = frame.token ?? pending.token;
    if (token === null) return pending.connection.close("unauthorized");
    pending.busy = true;
    this.#gate(() => this.#admit(pending, token, frame.tab)).catch((error) => {
      this.#sources.onFailure(error);
      pending.connection.close("overloaded");
    });
  }

  async #admit(pending: Pending, token: string, tab: string): Promise<void> {
    const { users } = this.#sources;
    const { connection } = pending;
    // It may have gone while others were admitted.
    if (connection.closed) return;
    const caller = await this.#sources.authenticate(token);
    if (connection.closed) return;
    if (caller === null) return connection.close("unauthorized");
    pending.caller = caller;
    this.#admitting.add(caller.user, pending);
    let admitted = false;
    try {
      const version = await users.opened(caller.user, caller.session, connection.connection);
      pending.version = Math.max(pending.version, version);
      if (!(await this.#sources.sessionLives(caller.session))) return connection.close("revoked");
      if (connection.closed) return;
      // A hello that was long in coming must not throw out the tab's newer socket: 4502 tells its client to stop.
      const others = this.#ofSession(caller.user, caller.session);
      if (others.some((other) => other.tab === tab && other.serial > connection.serial)) {
        return connection.close("replaced");
      }
      admitted = true;
    } finally {
      // However it ended: nobody else knows that it was announced.
      if (!admitted) users.closed(caller.user, connection.connection);
    }
    this.#forget(connection);
    connection.user = caller.user;
    connection.session = caller.session;
    connection.expiresAt = caller.expiresAt;
    connection.tab = tab;
    this.#register(connection);
    this.#welcome(connection, pending.version);
  }

  #welcome(connection: Connection, version: number): void {
    connection.send({
      t: "welcome",
      session: connection.session,
      user: connection.user,
      connection: connection.connection,
      now: this.#sources.platform.now(),
      pingMs: limits.pingMs,
      version,
      limits: {
        frameBytesMax: limits.frameBytesMax,
        textBytesMax: limits.textBytesMax,
        inFlightMax: limits.inFlightMax,
        resumeRoomsMax: limits.resumeRoomsMax,
      },
    });
  }

  #register(connection: Connection): void {
    const { user, session, tab } = connection;
    for (const other of this.#ofSession(user, session)) if (other.tab === tab) other.close("replaced");
    const others = this.#ofSession(user, session);
    if (others.length >= limits.connectionsPerSessionMax) others[0]?.close("replaced");
    this.#byUser.add(user, connection);
    this.#connections.set(connection.connection, connection);
    this.#sources.probe?.opened();
    connection.pingedAt = this.#tick % pingBuckets;
  }

  #gone(connection: Connection): void {
    this.#forget(connection);
    const welcomed = this.#connections.delete(connection.connection);
    this.#sources.probe?.closed(connection.ended, welcomed);
    if (!welcomed) return;
    this.#byUser.remove(connection.user, connection);
    this.#sources.users.closed(connection.user, connection.connection);
  }

  /** It is no longer waiting for hello. */
  #forget(connection: Connection): void {
    const pending = this.#pending.get(connection);
    if (pending === undefined) return;
    pending.cancel();
    this.#pending.delete(connection);
    if (pending.caller !== null) this.#admitting.remove(pending.caller.user, pending);
    const { address } = connection;
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }

  #handle(connection: Connection, frame: Incoming): void {
    // The ping closes it too, but comes as seldom as that.
    const expired = connection.expiresAt <= this.#sources.platform.now();
    if (expired && frame.t !== "renew") return connection.close("unauthorized");
    switch (frame.t) {
      case "request":
        return this.#request(connection, frame);
      case "resume":
        return this.#asked(connection, frame.n, frame.rooms);
      case "sync":
        return this.#asked(connection, 0, frame.rooms);
      case "renew":
        return this.#renew(connection, frame.token);
      case "pong":
        return;
      case "hello":
        return connection.close("protocol", "hello was said already");
    }
  }

  #request(connection: Connection, { id, op, in: input }: Extract<Incoming, { t: "request" }>): void {
    if (connection.inFlight >= limits.inFlightMax) {
      if (id !== undefined) {
        connection.reply(replyOf(id, { error: refuse("overloaded", { retryAfterMs: 100 }) }));
      }
      return;
    }
    connection.inFlight++;
    const { user, session, expiresAt, address } = connection;
    const caller = { user, session, expiresAt };
    const call: Call = { caller, connection: connection.connection, address };
    this.#sources.dispatch(op, input ?? {}, call).then(
      (result) => {
        connection.inFlight--;
        if (id !== undefined) connection.reply(replyOf(id, result));
      },
      (error) => {
        connection.inFlight--;
        this.#sources.onFailure(error);
        if (id !== undefined) connection.reply(replyOf(id, { error: refuse("internal") }));
      },
    );
  }

  /** One at a time: each costs a check of a signature and a read. What can't be checked now comes back with its token. */
  #renew(connection: Connection, token: string): void {
    if (connection.renewing || !this.#pace.renew(connection.session)) return connection.close("overloaded");
    connection.renewing = true;
    this.#sources.authenticate(token).then(
      (caller) => {
        connection.renewing = false;
        if (caller === null || caller.user !== connection.user || caller.session !== connection.session) {
          return connection.close("unauthorized");
        }
        connection.expiresAt = caller.expiresAt;
        connection.send({ t: "renewed", expiresAt: caller.expiresAt });
      },
      (error) => {
        this.#sources.onFailure(error);
        connection.close("overloaded");
      },
    );
  }

  #asked(connection: Connection, n: number, rooms: Record<RoomId, Cursor | null>): void {
    if (connection.asked >= limits.attachingMax) return connection.close("overloaded");
    connection.asked++;
    connection.attaching(() => {
      connection.asked--;
      return this.#resume(connection, n, rooms, true);
    });
  }

  /** `asked`: the answer is wanted even when nothing became live. What couldn't be read is said in any case. */
  async #resume(
    connection: Connection,
    n: number,
    rooms: Record<RoomId, Cursor | null>,
    asked: boolean,
  ): Promise<void> {
    const live: Record<RoomId, Cursor> = {};
    const refused: Record<RoomId, "not-found" | "left" | "unavailable"> = {};
    const returned: Returned[] = [];
    for (const [i, [room, cursor]] of Object.entries(rooms).entries()) {
      // Reads of an embedded store are microtasks: nobody else would get the loop before the last room.
      if (i % limits.resumeSliceMax === limits.resumeSliceMax - 1) await this.#yield();
      // The client's own resume may have brought it meanwhile.
      if (!asked && connection.feedOf(room) !== undefined) continue;
      if (asked) {
        const cost = 1 + connection.slices;
        connection.slices = 0;
        const turn = this.#pace.resume(connection.user, cost);
        if (turn !== null) await turn;
        if (connection.closed) return;
      }
      const attached = await this.#attach(connection, room, cursor);
      if (connection.closed) return;
      this.#sources.probe?.resumed(
        "refused" in attached ? attached.refused : "live" in attached ? "live" : "void",
      );
      if ("void" in attached) return connection.close("resume-void", `room=${room}`);
      if ("live" in attached) {
        live[room] = attached.live;
        if (cursor?.[0] === attached.live[0])
          returned.push({ room, cursor: cursor[1], live: attached.live[1] });
      } else refused[room] = attached.refused;
    }
    const missing = Object.values(refused).includes("unavailable");
    if (asked || missing || Object.keys(live).length > 0) {
      connection.send({ t: "live", n, rooms: live, refused });
    }
    // Only what the client itself says: other cursors are what was sent.
    if (asked && returned.length > 0) this.#sources.returned(connection.user, returned);
  }

  async #attach(connection: Connection, room: RoomId, cursor: Cursor | null): Promise<Attached> {
    try {
      const { feeds } = this.#sources;
      const attached = await attach(this.#sources, connection, room, cursor);
      const feed = feeds.get(room);
      // What came after the release may have let it go again.
      const live = "live" in attached && feed?.isAttached(connection) === true;
      if (live && !connection.closed) connection.entered(feed);
      else {
        connection.left(room);
        feed?.detach(connection);
        feeds.idle(room);
      }
      return "live" in attached && !live ? { refused: "left" } : attached;
    } catch (error) {
      this.#sources.onFailure(error);
      connection.left(room);
      return { refused: "unavailable" };
    }
  }

  #ofSession(user: UserId, session: SessionId): Connection[] {
    return this.#byUser.of(user).filter((connection) => connection.session === session);
  }

  /** Each second those that came at it: pings are spread, and one timer serves all connections. */
  #schedulePing(): void {
    this.#cancelTick = this.#sources.platform.after(1_000, () => {
      this.#tick++;
      this.#ping(this.#tick % pingBuckets);
      this.#schedulePing();
    });
  }

  #ping(second: number): void {
    const now = this.#sources.platform.now();
    for (const connection of this.#connections.values()) {
      if (connection.pingedAt !== second) continue;
      if (connection.expiresAt <= now) connection.close("unauthorized");
      else if (connection.stalled) connection.close("slow");
      else {
        connection.stalled = connection.clogged;
        connection.send({ t: "ping", heads: connection.heads() });
      }
    }
  }

  #yield(): Promise<void> {
    return new Promise((resolve) => this.#sources.platform.soon(resolve));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#sources.platform.after(ms, resolve));
  }
}
