/**
 * What leaves: every frame of one turn of the event loop goes in one write per socket. A write is what a delivery costs
 * (3–4 µs against 0.1 µs for all else, measured), so this is where speed is made.
 */
import { limits } from "../../actors/limits.ts";
import type { Platform } from "../../actors/runtime/platform.ts";

/** What the outbox needs of a socket; Bun's ServerWebSocket is one. */
export interface Socket {
  /** > 0 sent, −1 queued in the socket (it will drain), 0 dropped. */
  send(text: string): number;
  /** Joins the writes of `write` into one. */
  cork(write: () => void): void;
  close(code: number, reason: string): void;
}

export interface Outbox {
  readonly socket: Socket;
  /** The frame that leaves first; null when nothing waits. Mostly it is the only one, and needs no list. */
  next: string | null;
  later: string[] | null;
  /** UTF-16 units that wait here; bounded, since a slow reader must not cost the node its memory. */
  waiting: number;
  /** The socket is full: frames wait for `drained`. */
  clogged: boolean;
  dirty: boolean;
  /** Everything that waited was written. */
  flushed(): void;
  overflowed(): void;
}

export class Flusher {
  readonly #platform: Platform;
  #urgent: Outbox[] = [];
  #dirty: Outbox[] = [];
  #armed = false;
  /** Frames, their UTF-16 units, and writes since the start, for metrics. */
  frames = 0;
  bytes = 0;
  writes = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** `urgent`: replies, which must not wait for a fan-out to a thousand sockets. */
  push(outbox: Outbox, frame: string, urgent = false): void {
    if (outbox.next === null) outbox.next = frame;
    else {
      outbox.later ??= [];
      outbox.later.push(frame);
    }
    outbox.waiting += frame.length;
    if (outbox.waiting > limits.outboxBytesMax) {
      // Only the socket can tell a slow reader from a turn with much to say.
      if (outbox.clogged) outbox.overflowed();
      else this.#flush(outbox);
      return;
    }
    if (outbox.clogged || outbox.dirty) return;
    outbox.dirty = true;
    (urgent ? this.#urgent : this.#dirty).push(outbox);
    this.#arm();
  }

  /** The socket took everything that it had: go on. */
  drained(outbox: Outbox): void {
    outbox.clogged = false;
    if (outbox.next !== null) this.#flush(outbox);
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#platform.soon(() => this.#run());
  }

  #run(): void {
    this.#armed = false;
    const urgent = this.#urgent;
    this.#urgent = [];
    for (const outbox of urgent) this.#flush(outbox);
    // In slices, so that a very large room doesn't hold up the loop.
    const dirty = this.#dirty;
    const slice = dirty.length > limits.flushSliceMax ? dirty.splice(0, limits.flushSliceMax) : dirty;
    if (slice === dirty) this.#dirty = [];
    else this.#arm();
    for (const outbox of slice) this.#flush(outbox);
  }

  #flush(outbox: Outbox): void {
    outbox.dirty = false;
    const { next, later } = outbox;
    if (next === null) return;
    outbox.next = null;
    outbox.later = null;
    this.bytes += outbox.waiting;
    outbox.waiting = 0;
    this.frames++;
    this.writes++;
    if (later === null) this.#send(outbox, next);
    else {
      this.frames += later.length;
      outbox.socket.cork(() => this.#send(outbox, next) && later.every((frame) => this.#send(outbox, frame)));
    }
    outbox.flushed();
  }

  /** False when the frame was dropped: then the connection is over. */
  #send(outbox: Outbox, frame: string): boolean {
    const sent = outbox.socket.send(frame);
    if (sent === -1) outbox.clogged = true;
    if (sent !== 0) return true;
    outbox.overflowed();
    return false;
  }
}
