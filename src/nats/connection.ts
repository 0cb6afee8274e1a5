/** A connection to NATS that comes back by itself, and says when it is away. */
import {
  connect,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  type NodeConnectionOptions,
} from "@nats-io/transport-node";
import { limits } from "../../actors/limits.ts";
import { Unavailable, type Unsubscribe } from "../../actors/ports.ts";
import { assertServer } from "./server.ts";
import { serversOf } from "./servers.ts";

export interface ConnectionOptions {
  /** Addresses separated by commas; `nats://user:password@host:port` or `nats://token@host:port` carry credentials. */
  url: string;
  /** What the server's monitoring shows. Default: starling. */
  name?: string;
  /** TLS, other credentials. Default: none. */
  more?: NodeConnectionOptions;
  /** Told when the connection is lost (false) and when it is back (true). */
  changed?: (up: boolean) => void;
}

/** The connection broke while this was under way: nobody knows how it ended. */
class Cut extends Error {
  override name = "Cut";
}

/** There is no connection now: nothing was sent. */
export class Away extends Error {
  override name = "Away";
}

export class Connection implements AsyncDisposable {
  readonly nats: NatsConnection;
  #up = true;
  #changed = new Set<(up: boolean) => void>();
  #cuts = new Set<() => void>();

  private constructor(nats: NatsConnection) {
    this.nats = nats;
  }

  /** @throws when no server answers, refuses us, or is too old: one plain sentence */
  static async open({ url, name = "starling", more = {}, changed }: ConnectionOptions): Promise<Connection> {
    const nats = await connect({
      ...serversOf(url),
      name,
      maxReconnectAttempts: -1,
      reconnectTimeWait: limits.reconnectPauseMs,
      reconnectJitter: limits.reconnectPauseMs,
      pingInterval: limits.natsPingMs,
      maxPingOut: 2,
      // Credentials that are being replaced must not end the process's connection for ever.
      ignoreAuthErrorAbort: true,
      // A stack per request costs more than the request.
      noAsyncTraces: true,
      ...more,
    }).catch((error: unknown) => {
      throw new Error(`no NATS server answers as NATS_URL says (${reasonOf(error)})`);
    });
    try {
      assertServer(nats.info);
    } catch (error) {
      await nats.close();
      throw error;
    }
    const connection = new Connection(nats);
    if (changed !== undefined) connection.#changed.add(changed);
    void connection.#watch();
    return connection;
  }

  /** Is there a server at the other end now? */
  get up(): boolean {
    return this.#up;
  }

  /** Calls `changed` whenever the connection is lost or back. */
  watch(changed: (up: boolean) => void): () => void {
    const entry = (up: boolean) => changed(up);
    this.#changed.add(entry);
    return () => this.#changed.delete(entry);
  }

  /**
   * One request, one answer.
   * @throws Away when nothing was sent; Cut when the connection broke before the answer; what the client throws else
   */
  request(subject: string, data: Uint8Array | string, timeout: number, headers?: MsgHdrs): Promise<Msg> {
    if (!this.#up) return Promise.reject(new Away("not connected to NATS"));
    return new Promise((resolve, reject) => {
      const cut = () => reject(new Cut("the connection to NATS broke"));
      this.#cuts.add(cut);
      this.nats
        .request(subject, data, headers === undefined ? { timeout } : { timeout, headers })
        .then(resolve, reject)
        .finally(() => this.#cuts.delete(cut));
    });
  }

  /**
   * Resolves when the server that we are connected to knows of the subscription; the others hear of it soon after. The
   * client subscribes again by itself after a broken connection.
   * @throws Unavailable
   */
  async listen(subject: string, take: (message: Msg) => void): Promise<Unsubscribe> {
    const subscription = this.nats.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) take(message);
      },
    });
    try {
      await this.nats.flush();
    } catch (error) {
      subscription.unsubscribe();
      throw new Unavailable("the connection to NATS broke", { cause: error });
    }
    return () => subscription.unsubscribe();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const wasUp = this.#up;
    this.#up = false;
    // Without a server there is nobody to drain to.
    if (wasUp) await this.nats.drain().catch(() => {});
    await this.nats.close();
  }

  async #watch(): Promise<void> {
    for await (const status of this.nats.status()) {
      if (status.type === "disconnect") this.#set(false);
      if (status.type === "reconnect") this.#set(true);
    }
    // Closed: by us, or by the client for good.
    if (this.#up) this.#set(false);
  }

  #set(up: boolean): void {
    this.#up = up;
    if (!up) for (const cut of this.#cuts) cut();
    for (const changed of this.#changed) changed(up);
  }
}

/** What went wrong, without addresses: they may carry credentials. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  const code = (error as NodeJS.ErrnoException).code;
  return code ?? error.message.replaceAll(/\S+:\/\/\S+/g, "…");
}
