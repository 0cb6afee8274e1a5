/** Keeps one connection alive: opens, says hello, renews its token, notices death, comes back or stops. */
import type { ClientFrame, Reply, Request, ServerFrame } from "../src/protocol/frames.ts";
import type { ClientEvents, ConnectionChange, ConnectionState } from "./api.ts";
import { jitter } from "./chore.ts";
import { unauthorized } from "./close.ts";
import { asError, ignore } from "./error.ts";
import { retryBaseMs, steadyMs, welcomeMs } from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";
import { createRequests, type Requests } from "./requests.ts";
import type { Session } from "./session.ts";
import type { Link, Transport } from "./transport.ts";
import { onWake } from "./wake.ts";

export type FrameOf<T extends ServerFrame["t"]> = Extract<ServerFrame, { t: T }>;
/** Frames that others care for too. */
export type ChatFrame = Exclude<ServerFrame, { t: "renewed" }>;

interface Needs {
  transport: Transport;
  platform: ClientPlatform;
  tab: string;
  session: Pick<Session, "token" | "renewInMs">;
  changed(change: ConnectionChange): void;
  received(frame: ChatFrame): void;
  /** The server said stop, or the session is over: 4500 to 4999. */
  stopped(code: number, reason: string): void;
  seen(frame: ClientEvents["frame"]): void;
}

export interface Connection {
  readonly state: ConnectionState;
  readonly requests: Requests;
  open(): void;
  /** From here on the user sees everything. */
  caughtUp(): void;
  send(frame: ClientFrame | Request): void;
  /** Something is wrong with this connection: begin anew. */
  drop(reason: string): void;
  close(): void;
}

export function createConnection(needs: Needs): Connection {
  const { platform } = needs;
  const requests = createRequests(platform, send);
  let state: ConnectionState = "idle";
  let link: Link | null = null;
  /** Grows with each try: what belongs to an older one is ignored. */
  let current = 0;
  /** How often in a row we came back, and how often our token was refused. */
  let attempt = 0;
  let refusals = 0;
  /** The token that we have was refused, and no other was had since. */
  let tokenSpent = false;
  let silentMs: number = welcomeMs;
  let welcomedAt = Number.POSITIVE_INFINITY;
  /** While connected: death by silence. Otherwise: the next try. */
  let cancelTimer = ignore;
  let cancelRenewal = ignore;
  let unhook = ignore;

  const over = (): boolean => state === "idle" || state === "closed";

  /** The network may be back: doesn't wait for the timer. */
  function retry(): void {
    if (state === "offline") connect();
  }

  function become(change: ConnectionChange): void {
    state = change.state;
    needs.changed(change);
  }

  /** Ends whatever is going on: link, timers, requests. */
  function quiet(): void {
    current++;
    silentMs = welcomeMs;
    cancelTimer();
    cancelRenewal();
    link?.close(1000);
    link = null;
    requests.detach();
  }

  function connect(): void {
    quiet();
    // Before anybody hears of it: whoever closes then is obeyed.
    void withToken(
      tokenSpent,
      (token, mine) => {
        tokenSpent = false;
        watch();
        link = needs.transport.open({
          opened: () => {
            if (mine === current) send({ t: "hello", token, tab: needs.tab });
          },
          message: (text) => {
            if (mine === current) receive(text);
          },
          closed: (code, reason) => lost(mine, code, reason),
        });
      },
      (reason) => lost(current, 1006, reason),
    );
    become({ state: "connecting" });
  }

  /** Without a session there is nothing to come back for; without a network there is: `later`. */
  async function withToken(
    refused: boolean,
    use: (token: string, mine: number) => void,
    later: (reason: string) => void,
  ): Promise<void> {
    const mine = current;
    try {
      const token = await needs.session.token(refused);
      if (mine === current) use(token, mine);
    } catch (thrown) {
      const { retryable, message } = asError(thrown);
      if (mine !== current) return;
      if (retryable) later(message);
      else stop(unauthorized, message);
    }
  }

  function send(frame: ClientFrame | Request): void {
    link?.send(JSON.stringify(frame));
    // Whoever logs frames must not log tokens.
    needs.seen({ direction: "out", frame: "token" in frame ? { ...frame, token: "…" } : frame });
  }

  function receive(text: string): void {
    watch();
    let frame: ServerFrame | Reply;
    try {
      frame = JSON.parse(text) as ServerFrame | Reply;
    } catch {
      drop("no JSON");
      return;
    }
    needs.seen({ direction: "in", frame });
    if ("re" in frame) requests.settle(frame);
    else if (frame.t === "renewed") planRenewal();
    else {
      if (frame.t === "ping") send({ t: "pong" });
      if (frame.t === "welcome") welcomed(frame);
      needs.received(frame);
    }
  }

  function welcomed(welcome: FrameOf<"welcome">): void {
    // Two pings that didn't come: the connection is dead, whatever the socket says.
    silentMs = 2 * welcome.pingMs;
    watch();
    welcomedAt = platform.now();
    requests.attach(welcome.limits.inFlightMax);
    planRenewal();
    become({ state: "catching-up" });
  }

  function planRenewal(afterMs = needs.session.renewInMs()): void {
    cancelRenewal();
    cancelRenewal = platform.after(afterMs, () => {
      void withToken(
        true,
        (token) => send({ t: "renew", token }),
        () => planRenewal(jitter(platform, 2, retryBaseMs)),
      );
    });
  }

  function watch(): void {
    cancelTimer();
    cancelTimer = platform.after(silentMs, () => drop("silence"));
  }

  function drop(reason: string): void {
    if (link) lost(current, 1006, reason);
  }

  function lost(which: number, code: number, reason: string): void {
    if (which !== current) return;
    // A connection that lived proves that the server takes us: what comes now is a first failure.
    if (platform.now() - welcomedAt >= steadyMs) attempt = refusals = 0;
    welcomedAt = Number.POSITIVE_INFINITY;
    if (code === unauthorized && ++refusals < 2) {
      tokenSpent = true;
      connect();
    } else if (code >= 4500 && code < 5000) stop(code, reason);
    else {
      quiet();
      const drainMs = Number(/afterMs=(\d+)/.exec(reason)?.[1]);
      const retryInMs = drainMs ? platform.random() * drainMs : jitter(platform, attempt++);
      cancelTimer = platform.after(retryInMs, connect);
      become({ state: "offline", code, reason, retryInMs });
    }
  }

  function stop(code: number, reason: string): void {
    quiet();
    unhook();
    requests.stop();
    if (over()) return;
    refusals = attempt = 0;
    tokenSpent = false;
    become({ state: "closed", code, reason });
    if (code >= 4500) needs.stopped(code, reason);
  }

  return {
    get state() {
      return state;
    },
    requests,
    send,
    drop,
    open() {
      if (over()) {
        unhook = onWake(retry);
        connect();
      } else retry();
    },
    caughtUp() {
      if (state === "catching-up") become({ state: "online" });
    },
    close: () => stop(1000, "closed"),
  };
}
