/** How a process ends that was told to: once, in order, and in time, whoever doesn't answer. */
import { limits } from "../actors/limits.ts";
import type { Platform } from "../actors/runtime/platform.ts";

/** Two signals within this time are one: a terminal's ctrl-c comes twice at once, by itself and passed on by the starter. */
const twiceMs = 500;

export interface EndingParts {
  platform: Pick<Platform, "monotonic" | "after">;
  /** Puts everything in order. */
  stop(): Promise<void>;
  exit(code: number): void;
  onFailure(error: unknown): void;
}

class Late extends Error {
  override name = "Late";
}

/**
 * To be called at each signal. The code is 0 when all is in order; 1 when something failed, when it isn't done after
 * limits.stopMs, and at the second signal, which means now.
 */
export function createEnding({ platform, stop, exit, onFailure }: EndingParts): () => void {
  let beganAt: number | null = null;
  const fail = (error: unknown) => {
    onFailure(error);
    exit(1);
  };
  return () => {
    if (beganAt !== null) {
      if (platform.monotonic() - beganAt >= twiceMs) exit(1);
      return;
    }
    beganAt = platform.monotonic();
    platform.after(limits.stopMs, () => fail(new Late("something doesn't let go")));
    stop().then(() => exit(0), fail);
  };
}
