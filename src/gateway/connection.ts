/** One socket of a session: what it sent, what it is attached to, what waits to leave. */

import { limits } from "../../actors/limits.ts";
import type { ConnectionId, RoomId, SessionId, UserId } from "../../actors/ports.ts";
import type { Cursor } from "../../actors/room/events.ts";
import { type CloseName, closeCodes } from "../protocol/close.ts";
import type { ServerFrame } from "../protocol/frames.ts";
import type { Receiver } from "./attach.ts";
import type { Feed } from "./feed.ts";
import type { Flusher, Outbox, Socket } from "./outbox.ts";

export class Connection implements Receiver, Outbox {
  readonly connection: ConnectionId;
  readonly socket: Socket;
  /** Of the client as far as it can be trusted. */
  readonly address: string;
  readonly #flusher: Flusher;
  /** Empty until `hello` was answered. */
  user: UserId = "";
  session: SessionId = "";
  tab = "";
  expiresAt = 0;
  frames: string[] = [];
  waiting = 0;
  clogged = false;
  dirty = false;
  inFlight = 0;
  renewing = false;
  /** Why we closed it; null when the other side did. */
  ended: CloseName | null = null;
  closed = false;
  /** When something was last typed here, by live room. */
  readonly typed = new Map<RoomId, number>();
  /** Rooms that are live here. */
  readonly rooms = new Map<RoomId, Feed>();
  /** Resume and sync frames of the client that wait. */
  asked = 0;
  /** Rooms that the user came into and that wait to be attached: many notes about them, one piece of work. */
  readonly entering = new Set<RoomId>();
  /** Attaching is one after the other: it bounds what one client can ask for. */
  #attaching: Promise<void> = Promise.resolve();
  #onDrain: (() => void)[] | null = null;
  #onClose: (connection: Connection) => void;
  #onDetached: (connection: Connection, room: RoomId) => void;

  constructor(
    connection: ConnectionId,
    socket: Socket,
    address: string,
    flusher: Flusher,
    hooks: {
      closed: (connection: Connection) => void;
      detached: (connection: Connection, room: RoomId) => void;
    },
  ) {
    this.connection = connection;
    this.socket = socket;
    this.address = address;
    this.#flusher = flusher;
    this.#onClose = hooks.closed;
    this.#onDetached = hooks.detached;
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
    if (this.closed || (!this.clogged && this.waiting < limits.resumeBytesMax)) return null;
    this.#onDrain ??= [];
    const waiters = this.#onDrain;
    return new Promise((resolve) => waiters.push(resolve));
  }

  /** The socket has room again. */
  drained(): void {
    this.#flusher.drained(this);
    this.flushed();
  }

  flushed(): void {
    if (!this.clogged) this.#wake();
  }

  overflowed(): void {
    this.close("slow");
  }

  detached(room: RoomId, why: "left" | "slow"): void {
    this.rooms.delete(room);
    this.typed.delete(room);
    this.#onDetached(this, room);
    if (why === "slow") this.close("slow");
  }

  /** Runs `work` after every attaching that was asked for before. */
  attaching(work: () => Promise<void>): void {
    this.#attaching = this.#attaching.then(async () => {
      if (!this.closed) await work();
    });
  }

  /** At most one in limits.typingGapMs per live room; in others every one is for the reader of memberships to refuse. */
  types(room: RoomId, now: number): boolean {
    const last = this.typed.get(room);
    if (last !== undefined && now - last < limits.typingGapMs) return false;
    if (this.rooms.has(room)) this.typed.set(room, now);
    return true;
  }

  /** Sum of the cursors that the client has once everything sent has arrived. */
  heads(): number {
    let sum = 0;
    for (const feed of this.rooms.values()) sum += feed.seq;
    return sum;
  }

  cursors(): Record<RoomId, Cursor> {
    return Object.fromEntries([...this.rooms].map(([room, feed]) => [room, [feed.epoch, feed.seq]]));
  }

  /** `detail` replaces the usual reason, e.g. `afterMs=2000`. */
  close(name: CloseName, detail?: string): void {
    if (this.closed) return;
    this.ended = name;
    const { code, reason } = closeCodes[name];
    // What was said before stays said: the frames go out before the close frame.
    if (name !== "slow") this.#flusher.drained(this);
    this.socket.close(code, detail ?? reason);
    this.gone();
  }

  /** The socket ended, whoever ended it. */
  gone(): void {
    if (this.closed) return;
    this.closed = true;
    this.frames = [];
    for (const [room, feed] of this.rooms) {
      feed.detach(this);
      this.#onDetached(this, room);
    }
    this.rooms.clear();
    this.#wake();
    this.#onClose(this);
  }

  #wake(): void {
    const waiters = this.#onDrain;
    if (waiters === null) return;
    this.#onDrain = null;
    for (const resolve of waiters) resolve();
  }
}
