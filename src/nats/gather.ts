/** One request, many answers. */
import { createInbox, type Msg, type Subscription } from "@nats-io/transport-node";
import type { Platform } from "../../actors/runtime/platform.ts";
import type { Connection } from "./connection.ts";

/** How it ended: the taker had enough; the time was up; nobody listens; the connection broke. */
export type Gathered = "enough" | "late" | "nobody" | "cut";

interface Waiting {
  take: (answer: Msg) => boolean;
  end: (how: Gathered) => void;
}

/** One subscription takes the answers of all requests: a subscription for each would cost two messages more. */
export class Gatherer {
  readonly #connection: Connection;
  readonly #platform: Platform;
  readonly #inbox = createInbox();
  readonly #waiting = new Map<string, Waiting>();
  readonly #subscription: Subscription;
  readonly #unwatch: () => void;
  #count = 0;

  constructor(connection: Connection, platform: Platform) {
    this.#connection = connection;
    this.#platform = platform;
    this.#subscription = connection.nats.subscribe(`${this.#inbox}.*`, {
      callback: (error, answer) => {
        if (error === null) this.#answered(answer);
      },
    });
    this.#unwatch = connection.watch((up) => {
      if (up) return;
      for (const { end } of [...this.#waiting.values()]) end("cut");
    });
  }

  /** @param take is given each answer; true: that was the last one */
  ask(
    subject: string,
    data: Uint8Array | string,
    timeoutMs: number,
    take: (answer: Msg) => boolean,
  ): Promise<Gathered> {
    if (!this.#connection.up) return Promise.resolve("cut");
    return new Promise((resolve) => {
      const token = (++this.#count).toString(36);
      const end = (how: Gathered) => {
        this.#waiting.delete(token);
        cancel();
        resolve(how);
      };
      const cancel = this.#platform.after(timeoutMs, () => end("late"));
      this.#waiting.set(token, { take, end });
      this.#connection.nats.publish(subject, data, { reply: `${this.#inbox}.${token}` });
    });
  }

  stop(): void {
    this.#unwatch();
    this.#subscription.unsubscribe();
    for (const { end } of [...this.#waiting.values()]) end("cut");
  }

  #answered(answer: Msg): void {
    const waiting = this.#waiting.get(answer.subject.slice(this.#inbox.length + 1));
    if (waiting === undefined) return;
    if (answer.data.length === 0 && answer.headers?.code === 503) waiting.end("nobody");
    else if (waiting.take(answer)) waiting.end("enough");
  }
}
