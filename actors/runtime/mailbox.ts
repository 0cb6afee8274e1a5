import type { Envelope } from "./envelope.ts";
import { List } from "./list.ts";

/**
 * What a full mailbox does with a message of this type.
 * `reject`: refuse it. `coalesce`: the newest of a key replaces the queued one in place, full or not; a new key is
 * refused when full. `drop-oldest`: it takes the place of the oldest queued message of this sort, never of another.
 */
export type Overflow = "reject" | "coalesce" | "drop-oldest";

/** What happened to a tell. `dropped`: it is queued, an older one is lost. `rejected`: it is not queued. */
export type Admission = "accepted" | "coalesced" | "dropped" | "rejected";

/**
 * A bounded queue, O(1) for every overflow. A list threaded through the envelopes rather than a ring: an idle
 * mailbox holds no array, and what is dropped or timed out in the middle leaves no hole that counts as full.
 */
export class Mailbox<Message, Reply> {
  readonly #capacity: number;
  readonly #queue = new List<Envelope<Message, Reply>>();
  /** Both made on first use: most actors never have such messages, and the rest of them few at a time. */
  #keyed: Map<string, Envelope<Message, Reply>> | null = null;
  #droppable: Set<Envelope<Message, Reply>> | null = null;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get depth(): number {
    return this.#queue.size;
  }

  push(envelope: Envelope<Message, Reply>, overflow: Overflow): Admission {
    switch (overflow) {
      case "reject":
        return this.#full ? "rejected" : this.put(envelope);
      case "coalesce":
        return this.#coalesce(envelope);
      case "drop-oldest":
        return this.#dropOldest(envelope);
    }
  }

  /** Queues above capacity too: for what an actor sends itself and has bounded itself. */
  put(envelope: Envelope<Message, Reply>): "accepted" {
    envelope.queued = true;
    this.#queue.push(envelope);
    return "accepted";
  }

  /** Moves up to `max` of the oldest into `batch`. */
  take(batch: Envelope<Message, Reply>[], max: number): void {
    for (let taken = 0; taken < max; taken++) {
      const envelope = this.#queue.first;
      if (envelope === null) return;
      this.remove(envelope);
      batch.push(envelope);
    }
  }

  /** The envelope must be queued here. */
  remove(envelope: Envelope<Message, Reply>): void {
    envelope.queued = false;
    this.#queue.remove(envelope);
    if (this.#keyed !== null && envelope.key !== null && this.#keyed.get(envelope.key) === envelope) {
      this.#keyed.delete(envelope.key);
    }
    this.#droppable?.delete(envelope);
    // An empty Map holds 350 bytes, and ten thousand idle actors had mail once.
    if (this.#queue.size === 0) this.#keyed = this.#droppable = null;
  }

  /** Forgets what timers sent. */
  removeTimed(): void {
    let envelope = this.#queue.first;
    while (envelope !== null) {
      const next = envelope.next;
      if (envelope.timed) this.remove(envelope);
      envelope = next;
    }
  }

  get #full(): boolean {
    return this.#queue.size >= this.#capacity;
  }

  #coalesce(envelope: Envelope<Message, Reply>): Admission {
    const key = envelope.key ?? "";
    this.#keyed ??= new Map();
    const queued = this.#keyed.get(key);
    if (queued !== undefined) {
      queued.message = envelope.message;
      return "coalesced";
    }
    if (this.#full) return "rejected";
    this.#keyed.set(key, envelope);
    return this.put(envelope);
  }

  #dropOldest(envelope: Envelope<Message, Reply>): Admission {
    const full = this.#full;
    if (full) {
      const oldest = this.#droppable?.values().next().value;
      if (oldest === undefined) return "rejected";
      this.remove(oldest);
    }
    this.#droppable ??= new Set();
    this.#droppable.add(envelope);
    this.put(envelope);
    return full ? "dropped" : "accepted";
  }
}
