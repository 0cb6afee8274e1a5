import type { Context } from "./behavior.ts";
import { Envelope } from "./envelope.ts";
import type { Admission } from "./mailbox.ts";
import type { Platform } from "./platform.ts";

/** The cell, as far as an incarnation may reach it. */
export interface Owner<Message, Reply> {
  tell(message: Message, key: string | undefined): Admission;
  /** Queues what a timer sends, above capacity too. */
  deliver(envelope: Envelope<Message, Reply>): void;
  withdraw(envelope: Envelope<Message, Reply>): void;
  leave(): void;
}

/** One life of an actor: its context and its timers. Once ended it reaches nobody. */
export class Incarnation<Message, Reply> implements Context<Message> {
  readonly platform: Platform;
  #owner: Owner<Message, Reply> | null;
  /** What disarms the timers that are running. Made on first use. */
  #timers: Set<() => void> | null = null;

  constructor(owner: Owner<Message, Reply>, platform: Platform) {
    this.#owner = owner;
    this.platform = platform;
  }

  tell(message: Message, key?: string): Admission {
    return this.#owner === null ? "rejected" : this.#owner.tell(message, key);
  }

  after(ms: number, message: Message): () => void {
    const owner = this.#owner;
    if (owner === null) return () => {};
    this.#timers ??= new Set();
    const timers = this.#timers;
    const envelope = new Envelope<Message, Reply>(message, null, 0);
    envelope.timed = true;
    const disarm = this.platform.after(ms, () => {
      timers.delete(disarm);
      owner.deliver(envelope);
    });
    timers.add(disarm);
    return () => {
      if (timers.delete(disarm)) disarm();
      else if (envelope.queued) owner.withdraw(envelope);
    };
  }

  leave(): void {
    this.#owner?.leave();
  }

  /** @returns whether it ever had a timer, so that its messages may still be queued */
  end(): boolean {
    this.#owner = null;
    if (this.#timers === null) return false;
    for (const disarm of this.#timers) disarm();
    this.#timers.clear();
    return true;
  }
}
