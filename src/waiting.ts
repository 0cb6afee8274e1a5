/** Waiting by the platform's clock. */
import type { Platform } from "../actors/runtime/platform.ts";

export function pause(platform: Platform, ms: number): Promise<void> {
  return new Promise((resolve) => platform.after(ms, resolve));
}

/** Others get the loop first. Reads of an embedded store are microtasks: a row of them would keep it to the end. */
export function giveWay(platform: Platform): Promise<void> {
  return new Promise((resolve) => platform.soon(resolve));
}

/** Does it every `ms`, for the first time after `ms`. The returned function ends that. */
export function every(platform: Platform, ms: number, work: () => void): () => void {
  let stopped = false;
  let cancel = () => {};
  const arm = () => {
    cancel = platform.after(ms, () => {
      work();
      if (!stopped) arm();
    });
  };
  arm();
  return () => {
    stopped = true;
    cancel();
  };
}
