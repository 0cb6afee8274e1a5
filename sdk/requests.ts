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

type Calls = Map<Reply["re"], Waiting>;

export type Requests = ReturnType<typeof createRequests>;

/**
 * What awaits an answer. Every promise settles: by the answer, its timeout or the end of the link.
 * @param send writes to the link
 */
export function createRequests(platform: ClientPlatform, send: (frame: Frame) => void) {
  /** Not sent yet: there is no link, or it has its fill. */
  const queued: Calls = new Map();
  const sent: Calls = new Map();
  let next = 1;
  /** 0: there is no link. */
  let inFlightMax = 0;

  function flush(): void {
    for (const [id, waiting] of queued) {
      if (sent.size >= inFlightMax) return;
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
      if (inFlightMax > 0) send({ op, in: input });
    },

    /** A link that takes so many requests at once. */
    attach(max: number): void {
      inFlightMax = max;
      flush();
    },

    /** What was sent on this link has an unknown outcome; what wasn't goes to the next one. */
    detach(): void {
      inFlightMax = 0;
      abandon(sent, "unknown");
    },

    /** No link will come any more. */
    stop(): void {
      abandon(queued, "unavailable");
    },

    settle(reply: Reply): void {
      const waiting = sent.get(reply.re);
      if (!waiting) return;
      sent.delete(reply.re);
      waiting.cancel();
      if ("error" in reply) waiting.reject(new StarlingError(reply.error));
      else waiting.resolve(reply.ok);
      flush();
    },
  };
}

function abandon(calls: Calls, code: ErrorCode): void {
  for (const { cancel, reject } of calls.values()) {
    cancel();
    reject(lost(code));
  }
  calls.clear();
}

function lost(code: ErrorCode): StarlingError {
  return failure(code, code === "unknown" ? "no answer" : "no connection", true);
}
