import type { Msg } from "@nats-io/transport-node";
import { type Bus, type Json, UnknownOutcome, type Unsubscribe } from "../../actors/ports.ts";
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

  async subscribe(
    subject: string,
    handler: (message: Json, answer?: (reply: Json) => void) => void,
  ): Promise<Unsubscribe> {
    const { nats } = this.#options.connection;
    const subscription = nats.subscribe(prefix + subject, {
      callback: (error, message) => {
        if (error === null) this.#handle(message, handler);
      },
    });
    try {
      await nats.flush();
    } catch (error) {
      // The client subscribes again when it is back; whoever wants to be sure now must know.
      subscription.unsubscribe();
      throw error;
    }
    return () => subscription.unsubscribe();
  }

  async request(
    subject: string,
    message: Json,
    timeoutMs: number,
    enough = Number.MAX_SAFE_INTEGER,
  ): Promise<Json[]> {
    const answers: Json[] = [];
    const ended = await this.#gatherer.ask(prefix + subject, JSON.stringify(message), timeoutMs, (answer) => {
      const reply = this.#parse(answer);
      if (reply !== undefined) answers.push(reply);
      return answers.length >= enough;
    });
    // "Nobody subscribes" is a fact that others act on; a broken connection knows nothing.
    if (ended === "cut" && answers.length === 0) throw new UnknownOutcome("the connection to NATS broke");
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
