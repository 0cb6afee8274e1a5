/** Content leaves the log by age: what is older than limits.logKeptMs and in the documents. Heads stay. */
import { limits } from "../../actors/limits.ts";
import type { Log, Store } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { every } from "../waiting.ts";

const everyMs = 3_600_000;

/** The returned function stops it. */
export function startTrimming(
  { log, store, platform }: { log: Log; store: Pick<Store, "projection">; platform: Platform },
  onFailure: (error: unknown) => void,
): () => void {
  const trim = async () => {
    const before = platform.now() - limits.logKeptMs;
    for (let stream = 0; stream < log.streams; stream++) {
      await log.trim(stream, before, await store.projection.checkpoint(stream));
    }
  };
  return every(platform, everyMs, () => {
    trim().catch(onFailure);
  });
}
