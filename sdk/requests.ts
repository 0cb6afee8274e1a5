import type { ErrorCode } from "../actors/room/errors.ts";
import type { ClientFrame, Reply, Request } from "../src/protocol/frames.ts";
import { failure, StarlingError } from "./error.ts";
import { requestMs } from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";

type Frame = ClientFrame | Request;

interface Waiting {
  frame: Frame;
  resolve(ok: unknown): void;
  reject(error: StarlingError): void;
  cancel(): void;
}

type Calls = Map<number, Waiting>;

export type Requests = ReturnType<typeof createRequests>;

/** What awaits an answer. Every promise settles: by the answer, its timeout or the end of the link. */
export function createRequests(platform: ClientPlatform) {
  /** Not sent yet: there is no link, or it has its fill. */
  const queued: Calls = new Map();
  const sent: Calls = new Map();
  let next = 1;
  let send: ((frame: Frame) => void) | null = null;
  let inFlightMax = 0;

  function flush(): void {
    for (const [id, waiting] of queued) {
      if (!send || sent.size >= inFlightMax) return;
      queued.delete(id);
      sent.set(id, waiting);
      send(waiting.frame);
    }
  }

  /** Waits for a link within its time. @throws StarlingError `unavailable` never sent, `unknown` no answer */
  function ask(frameOf: (id: number) => Frame, timeoutMs: number): Promise<unknown> {
    const id = next++;
    return new Promise((resolve, reject) => {
      const cancel = platform.after(timeoutMs, () => {
        reject(lost(sent.delete(id) ? "unknown" : "unavailable"));
        queued.delete(id);
        flush();
      });
      queued.set(id, { frame: frameOf(id), resolve, reject, cancel });
      flush();
    });
  }

  return {
    ask,

    call(op: string, input: unknown): Promise<unknown> {
      return ask((id) => ({ id, op, in: input }), requestMs);
    },

    /** No reply wanted; lost when there is no link. */
    tell(op: string, input: unknown): void {
      send?.({ op, in: input });
    },

    /** A link that takes so many requests at once. */
    attach(write: (frame: Frame) => void, max: number): void {
      send = write;
      inFlightMax = max;
      flush();
    },

    /** What was sent on this link has an unknown outcome; what wasn't goes to the next one. */
    detach(): void {
      send = null;
      abandon(sent, "unknown");
    },

    /** No link will come any more. */
    stop(): void {
      abandon(queued, "unavailable");
    },

    settle(reply: Reply): void {
      const id = Number(reply.re);
      const waiting = sent.get(id);
      if (!waiting) return;
      sent.delete(id);
      waiting.cancel();
      if ("error" in reply) waiting.reject(new StarlingError(reply.error));
      else waiting.resolve(reply.ok);
      flush();
    },
  };
}

function abandon(calls: Calls, code: ErrorCode): void {
  const left = [...calls.values()];
  calls.clear();
  for (const { cancel, reject } of left) {
    cancel();
    reject(lost(code));
  }
}

function lost(code: ErrorCode): StarlingError {
  return failure(code, `no ${code === "unknown" ? "answer" : "connection"}`, true);
}
