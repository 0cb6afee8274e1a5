/** Keeps one connection alive: opens, says hello, renews its token, notices death, comes back or stops. */
import type { ClientFrame, Reply, Request, ServerFrame } from "../src/protocol/frames.ts";
import type { ClientEvents, ConnectionChange, ConnectionState } from "./api.ts";
import { jitter } from "./chore.ts";
import { unauthorized } from "./close.ts";
import { asError, ignore } from "./error.ts";
import { retryBaseMs, steadyMs, welcomeMs } from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";
import { Requests } from "./requests.ts";
import type { Link, Transport } from "./transport.ts";

export type Welcome = Extract<ServerFrame, { t: "welcome" }>;
/** Frames that are about the chat, not the connection. */
export type ChatFrame = Exclude<ServerFrame, { t: "welcome" | "renewed" }>;

interface Deps {
  transport: Transport;
  platform: ClientPlatform;
  tab: string;
  token(refused: boolean): Promise<string>;
  renewInMs(): number;
  changed(change: ConnectionChange): void;
  welcomed(welcome: Welcome): void;
  received(frame: ChatFrame): void;
  /** The server said stop, or the session is over. */
  stopped(code: number, reason: string): void;
  seen(frame: ClientEvents["frame"]): void;
}

export class Connection {
  readonly #deps: Deps;
  readonly requests: Requests;
  #state: ConnectionState = "idle";
  #link: Link | null = null;
  /** Grows with each try: what belongs to an older one is ignored. */
  #try = 0;
  #attempt = 0;
  /** How often in a row our token was refused. */
  #refusals = 0;
  /** The token that we have was refused, and no other was had since. */
  #tokenSpent = false;
  #silentMs = 0;
  #retry = ignore;
  #watchdog = ignore;
  #steady = ignore;
  #renewal = ignore;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.requests = new Requests(deps.platform);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  open(): void {
    if (this.#state === "idle" || this.#state === "closed") void this.#connect();
  }

  /** The network may be back: don't wait for the timer. */
  wake(): void {
    if (this.#state === "offline") void this.#connect();
  }

  /** From here on the user sees everything. */
  caughtUp(): void {
    if (this.#state === "catching-up") this.#become({ state: "online" });
  }

  send(frame: ClientFrame | Request): void {
    this.#link?.send(JSON.stringify(frame));
    const token = "token" in frame ? { token: "…" } : {};
    this.#deps.seen({ direction: "out", frame: { ...frame, ...token } });
  }

  /** Something is wrong with this connection: begin anew. */
  drop(reason: string): void {
    if (this.#link) this.#lost(this.#try, 1006, reason);
  }

  close(): void {
    this.#stop(1000, "closed by the client", false);
  }

  async #connect(): Promise<void> {
    this.#quiet();
    const mine = ++this.#try;
    this.#become({ state: "connecting" });
    try {
      const token = await this.#deps.token(this.#tokenSpent);
      this.#tokenSpent = false;
      if (mine !== this.#try) return;
      this.#watch(welcomeMs);
      this.#link = this.#deps.transport.open({
        opened: () => {
          if (mine === this.#try) this.send({ t: "hello", token, tab: this.#deps.tab });
        },
        message: (text) => {
          if (mine === this.#try) this.#receive(text);
        },
        closed: (code, reason) => this.#lost(mine, code, reason),
      });
    } catch (thrown) {
      if (mine !== this.#try) return;
      const error = asError(thrown);
      if (error.retryable) this.#lost(mine, 1006, error.message);
      else this.#stop(unauthorized, error.message, true);
    }
  }

  #receive(text: string): void {
    this.#watch(this.#silentMs || welcomeMs);
    let frame: ServerFrame | Reply;
    try {
      frame = JSON.parse(text) as ServerFrame | Reply;
    } catch {
      this.drop("a frame was not JSON");
      return;
    }
    this.#deps.seen({ direction: "in", frame });
    if ("re" in frame) this.requests.settle(frame);
    else if (frame.t === "welcome") this.#welcome(frame);
    else if (frame.t === "renewed") this.#planRenewal();
    else {
      if (frame.t === "ping") this.send({ t: "pong" });
      this.#deps.received(frame);
    }
  }

  #welcome(welcome: Welcome): void {
    // Two pings that didn't come: the connection is dead, whatever the socket says.
    this.#silentMs = 2 * welcome.pingMs;
    this.#watch(this.#silentMs);
    this.#steady = this.#deps.platform.after(steadyMs, () => {
      this.#attempt = this.#refusals = 0;
    });
    this.#become({ state: "catching-up" });
    this.requests.attach((request) => this.send(request), welcome.limits.inFlightMax);
    this.#deps.welcomed(welcome);
    this.#planRenewal();
  }

  #planRenewal(afterMs = this.#deps.renewInMs()): void {
    this.#renewal();
    this.#renewal = this.#deps.platform.after(afterMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const mine = this.#try;
    try {
      const token = await this.#deps.token(true);
      if (mine === this.#try) this.send({ t: "renew", token });
    } catch (thrown) {
      if (mine !== this.#try) return;
      const error = asError(thrown);
      if (!error.retryable) this.#stop(unauthorized, error.message, true);
      else this.#planRenewal(retryBaseMs + jitter(this.#deps.platform, 2));
    }
  }

  #watch(ms: number): void {
    this.#watchdog();
    this.#watchdog = this.#deps.platform.after(ms, () => this.drop("nothing was heard in time"));
  }

  #lost(which: number, code: number, reason: string): void {
    if (which !== this.#try) return;
    if (code === unauthorized && ++this.#refusals < 2) {
      this.#tokenSpent = true;
      void this.#connect();
    } else if (code >= 4500 && code < 5000) this.#stop(code, reason, true);
    else {
      this.#quiet();
      const { platform } = this.#deps;
      const drainMs = Number(/afterMs=(\d+)/.exec(reason)?.[1]);
      const retryInMs = drainMs ? platform.random() * drainMs : jitter(platform, this.#attempt++);
      this.#retry = platform.after(retryInMs, () => void this.#connect());
      this.#become({ state: "offline", code, reason, retryInMs });
    }
  }

  #stop(code: number, reason: string, byServer: boolean): void {
    this.#quiet();
    this.requests.stop();
    if (this.#state === "closed") return;
    this.#refusals = this.#attempt = 0;
    this.#tokenSpent = false;
    this.#become({ state: "closed", code, reason });
    if (byServer) this.#deps.stopped(code, reason);
  }

  /** Ends whatever is going on: link, timers, requests. */
  #quiet(): void {
    this.#try++;
    this.#silentMs = 0;
    for (const cancel of [this.#retry, this.#watchdog, this.#steady, this.#renewal]) cancel();
    const link = this.#link;
    this.#link = null;
    link?.close(1000);
    this.requests.detach();
  }

  #become(change: ConnectionChange): void {
    this.#state = change.state;
    this.#deps.changed(change);
  }
}
