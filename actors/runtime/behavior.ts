import type { Envelope } from "./envelope.ts";
import type { Admission, Overflow } from "./mailbox.ts";
import type { Platform } from "./platform.ts";

/** What an incarnation may do. Everything here is refused or ignored once it is over. */
export interface Context<Message> {
  readonly platform: Platform;
  /** To itself. */
  tell(message: Message, key?: string): Admission;
  /**
   * Sends itself a message after `ms`, above capacity too. Dies with the incarnation; the returned function
   * cancels, even when the message is queued already.
   */
  after(ms: number, message: Message): () => void;
  /** Passivates after this turn; mail goes to the next incarnation. */
  leave(): void;
}

/** One incarnation of an actor. Whatever it throws ends it, and the next one starts afresh. */
export interface Behavior<Message, Reply> {
  /** Before the first turn. Counts as a recovery: the system runs only some of them at once. */
  start?(): void | Promise<void>;
  /**
   * One turn: 1..batchMax messages, oldest first. The next turn begins when it has returned or resolved; every ask
   * must be answered by then. The array is reused: don't keep it.
   */
  turn(batch: readonly Envelope<Message, Reply>[]): void | Promise<void>;
  /** True: not to be passivated now, e.g. a user with open connections. Asked when idle. */
  busy?(): boolean;
  /** Before it goes in peace. Best effort: a crash skips it. */
  stop?(): void | Promise<void>;
  /** Once, last, however it ended: give back subscriptions. */
  release?(): void;
}

/** A kind of actor, and its bounds. */
export interface Definition<Message, Reply> {
  kind: string;
  /** Messages in a mailbox. */
  capacity: number;
  /** By message type. Default: `reject`. Asks are always rejected when full. */
  overflow?(message: Message): Overflow;
  /** Messages in a turn. Default: 1. */
  batchMax?: number;
  /** Passivated when nobody wrote for so long (up to an eighth later). Default: limits.idleMs. */
  idleMs?: number;
  /** Actors of this kind in memory. At the cap the least recently active idle one goes; if all work: `overloaded`. */
  residentMax: number;
  restart?: Partial<Restart>;
  /** How long a quarantined actor refuses. Default: limits.quarantineMs. */
  quarantineMs?: number;
  create(id: string, context: Context<Message>): Behavior<Message, Reply>;
}

/** More than `max` crashes in `windowMs` lead to quarantine; before that, delays double from `delayMs`. */
export interface Restart {
  /** Default: limits.restartsMax. */
  max: number;
  /** Default: limits.restartWindowMs. */
  windowMs: number;
  /** Default: limits.restartDelayMs. */
  delayMs: number;
  /** Default: limits.restartDelayMaxMs. */
  delayMaxMs: number;
}
