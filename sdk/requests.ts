import type { Reply, Request } from "../src/protocol/frames.ts";
import { failure, StarlingError } from "./error.ts";
import * as bounds from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";

interface Waiting {
  request: Request;
  resolve(ok: unknown): void;
  reject(error: StarlingError): void;
  cancel(): void;
}

/** Requests and their replies. Every promise settles: by its reply, its timeout or the end of the link. */
export class Requests {
  readonly #platform: ClientPlatform;
  /** Not sent yet: there is no link, or it has its fill. */
  readonly #queue = new Map<number, Waiting>();
  readonly #sent = new Map<number, Waiting>();
  #next = 1;
  #write: ((request: Request) => void) | null = null;
  #inFlightMax = 0;

  constructor(platform: ClientPlatform) {
    this.#platform = platform;
  }

  /** Waits for a link within its time. @throws StarlingError `unavailable` never sent, `unknown` no reply */
  call(op: string, input: unknown, timeoutMs: number = bounds.requestMs): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const cancel = this.#platform.after(timeoutMs, () => {
        const sent = this.#sent.delete(id);
        this.#queue.delete(id);
        reject(
          sent ? failure("unknown", `${op}: no reply`, true) : failure("unavailable", `${op}: offline`, true),
        );
        this.#flush();
      });
      this.#queue.set(id, { request: { id, op, in: input }, resolve, reject, cancel });
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
    const lost = [...this.#sent.values()];
    this.#sent.clear();
    for (const { cancel, reject, request } of lost) {
      cancel();
      reject(failure("unknown", `${request.op}: the connection ended before the reply`, true));
    }
  }

  /** No link will come any more. */
  stop(): void {
    this.detach();
    const left = [...this.#queue.values()];
    this.#queue.clear();
    for (const { cancel, reject, request } of left) {
      cancel();
      reject(failure("unavailable", `${request.op}: the client was closed`, true));
    }
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
    for (const [id, waiting] of this.#queue) {
      if (!this.#write || this.#sent.size >= this.#inFlightMax) return;
      this.#queue.delete(id);
      this.#sent.set(id, waiting);
      this.#write(waiting.request);
    }
  }
}
