import type { Bus, Json, Unsubscribe } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";

type Answer = (reply: Json) => void;
interface Subscriber {
  readonly subject: string;
  handle(message: Json, answer?: Answer): void;
  active: boolean;
}

/** The bus of one process: delivers after the current turn, in order of publishing. */
export class MemoryBus implements Bus {
  #platform: Platform;
  /** Lists are replaced, never changed: a message goes to those who subscribed before it was sent. */
  #subjects = new Map<string, readonly Subscriber[]>();
  #queue: (() => void)[] = [];
  #armed = false;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  publish(subject: string, message: Json): void {
    for (const subscriber of this.#subjects.get(subject) ?? []) {
      this.#later(() => subscriber.active && subscriber.handle(message));
    }
  }

  /** One per connected user: what is returned keeps nothing alive but the subscriber. */
  subscribe(subject: string, handle: Subscriber["handle"]): Promise<Unsubscribe> {
    const subscriber: Subscriber = { subject, handle, active: true };
    this.#subjects.set(subject, [...(this.#subjects.get(subject) ?? []), subscriber]);
    return Promise.resolve(() => this.#end(subscriber));
  }

  #end(subscriber: Subscriber): void {
    subscriber.active = false;
    const { subject } = subscriber;
    const others = (this.#subjects.get(subject) ?? []).filter((other) => other !== subscriber);
    if (others.length > 0) this.#subjects.set(subject, others);
    else this.#subjects.delete(subject);
  }

  request(
    subject: string,
    message: Json,
    timeoutMs: number,
    enough = Number.MAX_SAFE_INTEGER,
  ): Promise<Json[]> {
    const subscribers = this.#subjects.get(subject) ?? [];
    if (subscribers.length === 0) return Promise.resolve([]);
    return new Promise((resolve) => {
      const answers = new Map<Subscriber, Json>();
      let finished = false;
      const finish = () => {
        finished = true;
        cancel();
        resolve([...answers.values()]);
      };
      const cancel = this.#platform.after(timeoutMs, finish);
      for (const subscriber of subscribers) {
        this.#later(() => {
          if (!subscriber.active) return;
          subscriber.handle(message, (reply) => {
            // One answer each; when all have come there is nothing to wait for.
            if (finished || answers.has(subscriber)) return;
            if (answers.set(subscriber, reply).size >= Math.min(enough, subscribers.length)) finish();
          });
        });
      }
    });
  }

  #later(delivery: () => void): void {
    this.#queue.push(delivery);
    if (this.#armed) return;
    this.#armed = true;
    this.#platform.soon(() => this.#drain());
  }

  #drain(): void {
    const deliveries = this.#queue;
    this.#queue = [];
    let done = 0;
    try {
      for (const deliver of deliveries) {
        done++;
        deliver();
      }
    } finally {
      // A handler that throws is a bug and ends where the platform says; the others still get theirs.
      this.#queue = [...deliveries.slice(done), ...this.#queue];
      this.#armed = this.#queue.length > 0;
      if (this.#armed) this.#platform.soon(() => this.#drain());
    }
  }
}
