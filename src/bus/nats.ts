import type { Msg } from "@nats-io/transport-node";
import { type Bus, type Json, Unavailable, type Unsubscribe } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import type { Connection } from "../nats/connection.ts";
import { Gatherer } from "../nats/gather.ts";

export interface NatsBusOptions {
  connection: Connection;
  platform: Platform;
  /** A message that is no JSON came: it is dropped. */
  ignored: (what: "bus") => void;
  /** A handler threw. */
  failed: (error: unknown) => void;
}

/** Apart from the log's subjects, and from the server's own. */
const prefix = "bus.";

/** The bus of a cluster, on core NATS: at most once, and after a broken connection the client subscribes again by itself. */
export class NatsBus implements Bus {
  readonly #options: NatsBusOptions;
  readonly #gatherer: Gatherer;

  constructor(options: NatsBusOptions) {
    this.#options = options;
    this.#gatherer = new Gatherer(options.connection, options.platform);
  }

  /** Dropped while there is no connection: late news of this kind is wrong news. */
  publish(subject: string, message: Json): void {
    const { connection } = this.#options;
    if (connection.up) connection.nats.publish(prefix + subject, JSON.stringify(message));
  }

  subscribe(
    subject: string,
    handler: (message: Json, answer?: (reply: Json) => void) => void,
  ): Promise<Unsubscribe> {
    return this.#options.connection.listen(prefix + subject, (message) => this.#handle(message, handler));
  }

  async request(
    subject: string,
    message: Json,
    timeoutMs: number,
    enough = Number.MAX_SAFE_INTEGER,
  ): Promise<Json[]> {
    const answers: Json[] = [];
    const how = await this.#gatherer.ask(prefix + subject, JSON.stringify(message), timeoutMs, (answer) => {
      const reply = this.#parse(answer);
      if (reply !== undefined) answers.push(reply);
      return answers.length >= enough;
    });
    // An empty list would say that nobody is there.
    if (how === "cut" && answers.length === 0) throw new Unavailable("the connection to NATS broke");
    return answers;
  }

  stop(): void {
    this.#gatherer.stop();
  }

  #handle(message: Msg, handler: (message: Json, answer?: (reply: Json) => void) => void): void {
    const parsed = this.#parse(message);
    if (parsed === undefined) return;
    try {
      handler(parsed, message.reply ? answerOnce(message) : undefined);
    } catch (error) {
      this.#options.failed(error);
    }
  }

  #parse(message: Msg): Json | undefined {
    try {
      return message.json<Json>();
    } catch {
      this.#options.ignored("bus");
      return undefined;
    }
  }
}

function answerOnce(message: Msg): (reply: Json) => void {
  let answered = false;
  return (reply) => {
    if (answered) return;
    answered = true;
    message.respond(JSON.stringify(reply));
  };
}
