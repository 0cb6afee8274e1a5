/** One socket of a session: what it sent, what it is attached to, what waits to leave. */

import { limits } from "../../actors/limits.ts";
import type { ConnectionId, RoomId, SessionId, UserId } from "../../actors/ports.ts";
import type { Cursor } from "../../actors/room/events.ts";
import { type CloseName, closeCodes } from "../protocol/close.ts";
import type { ServerFrame } from "../protocol/frames.ts";
import type { Receiver } from "./attach.ts";
import type { Feed } from "./feed.ts";
import type { Flusher, Outbox, Socket } from "./outbox.ts";

/** A control frame holds 125 bytes, the code takes two of them (RFC 6455). */
const closeReasonBytesMax = 123;

/** Who hears of a connection's fate: one object for all of them. */
export interface ConnectionHooks {
  closed(connection: Connection): void;
  detached(connection: Connection, room: RoomId): void;
  left(connection: Connection, room: RoomId, cursor: Cursor): void;
}

export class Connection implements Receiver, Outbox {
  readonly connection: ConnectionId;
  readonly socket: Socket;
  /** Of the client as far as it can be trusted. */
  readonly address: string;
  readonly #flusher: Flusher;
  /** In the order of opening. */
  serial = 0;
  /** Empty until `hello` was answered. */
  user: UserId = "";
  session: SessionId = "";
  tab = "";
  expiresAt = 0;
  /** At which second of the round its pings are due. */
  pingedAt = 0;
  next: string | null = null;
  later: string[] | null = null;
  waiting = 0;
  clogged = false;
  dirty = false;
  /** It was clogged at the last ping, and has taken nothing since. */
  stalled = false;
  inFlight = 0;
  renewing = false;
  /** Resume and sync frames of the client that wait. */
  asked = 0;
  /** Slices of events that were asked for and aren't paid yet (pace.ts). */
  slices = 0;
  /** Rooms that the user came into and that wait to be attached: many notes about them, one piece of work. */
  entering: Set<RoomId> | null = null;
  /** Why we closed it; null when the other side did. */
  ended: CloseName | null = null;
  closed = false;
  /** Of the rooms that are live here. A list: most have few rooms, and a Map of one takes five times as much. */
  readonly #feeds: Feed[] = [];
  /** Attaching is one after the other: it bounds what one client can ask for. null: none is under way. */
  #attaching: Promise<void> | null = null;
  #attachingCount = 0;
  /** When something was last typed here, by live room. Made on first use. */
  #typed: Map<RoomId, number> | null = null;
  #onDrain: (() => void)[] | null = null;
  readonly #hooks: ConnectionHooks;

  constructor(
    connection: ConnectionId,
    socket: Socket,
    address: string,
    flusher: Flusher,
    hooks: ConnectionHooks,
  ) {
    this.connection = connection;
    this.socket = socket;
    this.address = address;
    this.#flusher = flusher;
    this.#hooks = hooks;
  }

  push(frame: string): void {
    if (!this.closed) this.#flusher.push(this, frame);
  }

  send(frame: ServerFrame): void {
    this.push(JSON.stringify(frame));
  }

  /** A reply doesn't wait for fan-outs. */
  reply(frame: string): void {
    if (!this.closed) this.#flusher.push(this, frame, true);
  }

  ready(): Promise<void> | null {
    this.slices++;
    if (this.closed || (!this.clogged && this.waiting < limits.resumeBytesMax)) return null;
    this.#onDrain ??= [];
    const waiters = this.#onDrain;
    return new Promise((resolve) => waiters.push(resolve));
  }

  /** The socket has room again. */
  drained(): void {
    this.stalled = false;
    this.#flusher.drained(this);
    this.flushed();
  }

  flushed(): void {
    if (!this.clogged) this.#wake();
  }

  overflowed(): void {
    this.close("slow");
  }

  detached(room: RoomId, why: "left" | "slow", cursor: Cursor): void {
    this.left(room);
    this.#hooks.detached(this, room);
    if (why === "slow") this.close("slow");
    else this.#hooks.left(this, room, cursor);
  }

  /** Runs `work` after every attaching that was asked for before. */
  attaching(work: () => Promise<void>): void {
    this.#attachingCount++;
    this.#attaching = (this.#attaching ?? Promise.resolve()).then(async () => {
      if (!this.closed) await work();
      if (--this.#attachingCount === 0) this.#attaching = null;
    });
  }

  /** The feed of a room that is live here. */
  feedOf(room: RoomId): Feed | undefined {
    return this.#feeds.find((feed) => feed.room === room);
  }

  /** The room is live here from now on. */
  entered(feed: Feed): void {
    this.left(feed.room);
    this.#feeds.push(feed);
  }

  left(room: RoomId): void {
    const place = this.#feeds.findIndex((feed) => feed.room === room);
    if (place >= 0) this.#feeds.splice(place, 1);
    this.#typed?.delete(room);
  }

  /** At most one in limits.typingGapMs per live room; in others every one is for the reader of memberships to refuse. */
  types(room: RoomId, now: number): boolean {
    const last = this.#typed?.get(room);
    if (last !== undefined && now - last < limits.typingGapMs) return false;
    if (this.feedOf(room) === undefined) return true;
    this.#typed ??= new Map();
    this.#typed.set(room, now);
    return true;
  }

  /** Sum of the cursors that the client has once everything sent has arrived. */
  heads(): number {
    let sum = 0;
    for (const feed of this.#feeds) sum += feed.seq;
    return sum;
  }

  cursors(): Record<RoomId, Cursor> {
    return Object.fromEntries(this.#feeds.map((feed) => [feed.room, [feed.epoch, feed.seq]]));
  }

  /** `detail` replaces the usual reason, e.g. `afterMs=2000`; ASCII, cut where a close frame ends. */
  close(name: CloseName, detail?: string): void {
    if (this.closed) return;
    this.ended = name;
    const { code, reason } = closeCodes[name];
    // What was said before stays said: the frames go out before the close frame.
    if (name !== "slow") this.#flusher.drained(this);
    this.socket.close(code, (detail ?? reason).slice(0, closeReasonBytesMax));
    this.gone();
  }

  /** The socket ended, whoever ended it. */
  gone(): void {
    if (this.closed) return;
    this.closed = true;
    this.next = null;
    this.later = null;
    for (const feed of this.#feeds.splice(0)) {
      feed.detach(this);
      this.#hooks.detached(this, feed.room);
    }
    this.#wake();
    this.#hooks.closed(this);
  }

  #wake(): void {
    const waiters = this.#onDrain;
    if (waiters === null) return;
    this.#onDrain = null;
    for (const resolve of waiters) resolve();
  }
}
