/**
 * Native WebSockets: who is connected, their requests, heartbeat and drain. Knows nothing of Bun: server.ts is the adapter,
 * and the simulator is another one.
 */

import { limits } from "../../actors/limits.ts";
import type { ConnectionId, RoomId, SessionId, UserId } from "../../actors/ports.ts";
import { refuse } from "../../actors/room/refusals.ts";
import type { Call, Result } from "../operations/operation.ts";
import type { Rates } from "../operations/rate.ts";
import type { CloseName } from "../protocol/close.ts";
import { pause } from "../waiting.ts";
import { Admission, type AdmissionSources } from "./admission.ts";
import { Connection, type ConnectionHooks } from "./connection.ts";
import { Groups } from "./groups.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Flusher, type Socket } from "./outbox.ts";
import { createPace, type Pace } from "./pace.ts";
import { type Incoming, parseFrame } from "./parse.ts";
import { replyOf } from "./reply.ts";
import { Resume, type ResumeSources } from "./resume.ts";

export interface GatewaySources extends AdmissionSources, ResumeSources {
  dispatch(op: string, input: unknown, call: Call): Promise<Result<unknown>>;
  rates: Pick<Rates, "resume" | "renew">;
  probe?: GatewayProbe;
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

/** Sockets of a node that is cut off: fast, since what they show grows old, and not all in one turn of the loop. */
const cutOffWithinMs = 1_000;

export class Gateway {
  readonly #sources: GatewaySources;
  readonly #flusher: Flusher;
  readonly #pace: Pace;
  readonly #admission: Admission;
  readonly #resume: Resume;
  readonly #hooks: ConnectionHooks = {
    closed: (gone) => this.#gone(gone),
    detached: (_, room) => this.#sources.feeds.idle(room),
    // Who came back before the feed had got to the removal was told when the room was still live.
    left: (connection, room, cursor) => this.#resume.left(connection, room, cursor),
  };
  readonly #connections = new Map<ConnectionId, Connection>();
  readonly #heartbeat: Heartbeat;
  readonly #byUser = new Groups<UserId, Connection>();
  /** Since the start, for metrics. */
  readonly received = { frames: 0, bytes: 0 };
  /** Sockets since the start. */
  #opened = 0;
  #draining = false;
  #cutOff = false;

  constructor(sources: GatewaySources) {
    this.#sources = sources;
    this.#flusher = new Flusher(sources.platform);
    this.#heartbeat = new Heartbeat(sources.platform, this.#connections);
    this.#pace = createPace(sources.platform, sources.rates);
    this.#resume = new Resume(sources, this.#pace);
    this.#admission = new Admission(sources, {
      outdated: ({ user, session, tab, serial }) =>
        this.#ofSession(user, session).some((other) => other.tab === tab && other.serial > serial),
      admitted: (connection, version) => {
        this.#register(connection);
        this.#welcome(connection, version);
      },
    });
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
    if (this.#draining || this.#cutOff) connection.close("shutdown", "afterMs=1000");
    else this.#admission.open(connection, token);
    return connection;
  }

  /** One frame came. Never throws: whatever is wrong with it is answered or closes the socket. */
  receive(connection: Connection, text: string): void {
    if (connection.closed) return;
    this.received.frames++;
    this.received.bytes += text.length;
    const held = this.#admission.holds(connection);
    if (held && text.length > limits.helloBytesMax) {
      return connection.close("protocol", `hello holds at most ${limits.helloBytesMax} bytes`);
    }
    const frame = parseFrame(text);
    if ("fault" in frame) return connection.close("protocol", frame.fault);
    if (held) this.#admission.receive(connection, frame);
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
    this.#admission.closeSession(session, why);
  }

  /** The account changed; `entered`: rooms that the user is in, to be made live where they aren't. */
  told(user: UserId, version: number, entered: readonly RoomId[]): void {
    for (const connection of this.connectionsOf(user)) {
      connection.send({ t: "account", version });
      this.#resume.enter(connection, entered);
    }
    this.#admission.told(user, version);
  }

  /** Makes rooms live that the user came into. */
  enter(connection: Connection, rooms: readonly RoomId[]): void {
    this.#resume.enter(connection, rooms);
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
    this.#heartbeat.stop();
  }

  async #closeAll(withinMs: number): Promise<void> {
    this.#admission.closeAll("shutdown", "afterMs=1000");
    const all = [...this.#connections.values()];
    const slices = Math.max(1, Math.min(20, Math.ceil(all.length / 100)));
    const size = Math.ceil(all.length / slices);
    const afterMs = Math.min(10_000, 200 + all.length);
    for (let i = 0; i < slices; i++) {
      for (const connection of all.slice(i * size, (i + 1) * size)) {
        connection.close("shutdown", `afterMs=${afterMs}`);
      }
      if (i < slices - 1) await pause(this.#sources.platform, withinMs / slices);
    }
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
    const most = limits.connectionsPerSessionMax;
    if (others.length >= most) others[0]?.close("replaced", `a session has at most ${most} connections`);
    this.#byUser.add(user, connection);
    this.#connections.set(connection.connection, connection);
    this.#sources.probe?.opened();
    this.#heartbeat.add(connection);
  }

  #gone(connection: Connection): void {
    this.#admission.forget(connection);
    const welcomed = this.#connections.delete(connection.connection);
    this.#sources.probe?.closed(connection.ended, welcomed);
    if (!welcomed) return;
    this.#byUser.remove(connection.user, connection);
    this.#sources.users.closed(connection.user, connection.connection);
  }

  #handle(connection: Connection, frame: Incoming): void {
    // The ping closes it too, but comes as seldom as that.
    const expired = connection.expiresAt <= this.#sources.platform.now();
    if (expired && frame.t !== "renew") return connection.close("unauthorized");
    switch (frame.t) {
      case "request":
        return this.#request(connection, frame);
      case "resume":
        return this.#resume.asked(connection, frame.n, frame.rooms);
      case "sync":
        return this.#resume.asked(connection, 0, frame.rooms);
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

  #ofSession(user: UserId, session: SessionId): Connection[] {
    return this.#byUser.of(user).filter((connection) => connection.session === session);
  }
}
