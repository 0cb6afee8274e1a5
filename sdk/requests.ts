import type { ErrorCode } from "../actors/room/errors.ts";
import type { Reply, Request } from "../src/protocol/frames.ts";
import { failure, StarlingError } from "./error.ts";
import { requestMs } from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";

interface Waiting {
  request: Request;
  resolve(ok: unknown): void;
  reject(error: StarlingError): void;
  cancel(): void;
}

type Calls = Map<number, Waiting>;

/** Requests and their replies. Every promise settles: by its reply, its timeout or the end of the link. */
export class Requests {
  readonly #platform: ClientPlatform;
  /** Not sent yet: there is no link, or it has its fill. */
  readonly #queued: Calls = new Map();
  readonly #sent: Calls = new Map();
  #next = 1;
  #write: ((request: Request) => void) | null = null;
  #inFlightMax = 0;

  constructor(platform: ClientPlatform) {
    this.#platform = platform;
  }

  /** Waits for a link within its time. @throws StarlingError `unavailable` never sent, `unknown` no reply */
  call(op: string, input: unknown): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const cancel = this.#platform.after(requestMs, () => {
        const which = this.#sent.has(id) ? this.#sent : this.#queued;
        which.delete(id);
        reject(lost(op, which === this.#sent ? "unknown" : "unavailable"));
        this.#flush();
      });
      this.#queued.set(id, { request: { id, op, in: input }, resolve, reject, cancel });
      this.#flush();
    });
  }

  /** No reply wanted; lost when there is no link. */
  tell(op: string, input: unknown): void {
    this.#write?.({ op, in: input });
  }

  attach(write: (request: Request) => void, inFlightMax: number): void {
    this.#write = write;
    this.#inFlightMax = inFlightMax;
    this.#flush();
  }

  /** What was sent on this link has an unknown outcome; what wasn't goes to the next one. */
  detach(): void {
    this.#write = null;
    abandon(this.#sent, "unknown");
  }

  /** No link will come any more. */
  stop(): void {
    abandon(this.#queued, "unavailable");
  }

  settle(reply: Reply): void {
    const id = Number(reply.re);
    const waiting = this.#sent.get(id);
    if (!waiting) return;
    this.#sent.delete(id);
    waiting.cancel();
    if ("error" in reply) waiting.reject(new StarlingError(reply.error));
    else waiting.resolve(reply.ok);
    this.#flush();
  }

  #flush(): void {
    for (const [id, waiting] of this.#queued) {
      if (!this.#write || this.#sent.size >= this.#inFlightMax) return;
      this.#queued.delete(id);
      this.#sent.set(id, waiting);
      this.#write(waiting.request);
    }
  }
}

function abandon(calls: Calls, code: ErrorCode): void {
  const left = [...calls.values()];
  calls.clear();
  for (const { cancel, reject, request } of left) {
    cancel();
    reject(lost(request.op, code));
  }
}

function lost(op: string, code: ErrorCode): StarlingError {
  return failure(code, `${op}: no ${code === "unknown" ? "reply" : "connection"}`, true);
}
