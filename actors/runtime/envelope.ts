import type { Caller } from "./caller.ts";
import type { Failure } from "./failure.ts";
import type { Link } from "./list.ts";

/** One message on its way through a mailbox into a turn. */
export class Envelope<Message, Reply> implements Link<Envelope<Message, Reply>> {
  prev: Envelope<Message, Reply> | null = null;
  next: Envelope<Message, Reply> | null = null;
  /** In a mailbox, not yet in a turn. */
  queued = false;
  /** Sent by a timer: dies with the incarnation that set it. */
  timed = false;
  message: Message;
  /** What a coalescing message is about. */
  readonly key: string | null;
  /** When it was admitted (monotonic ms); 0 when nobody measures. */
  at: number;
  /** Null: a tell. */
  caller: Caller<Reply> | null = null;

  constructor(message: Message, key: string | null, at: number) {
    this.message = message;
    this.key = key;
    this.at = at;
  }

  /** Answers an ask; the first answer counts. On a tell it does nothing. */
  reply(outcome: Reply | Failure): void {
    this.caller?.settle(outcome);
  }

  get answered(): boolean {
    return this.caller === null || this.caller.settled;
  }
}
