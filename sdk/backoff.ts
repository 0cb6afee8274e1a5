import * as bounds from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";

/** Full jitter (Brooker, "Exponential Backoff And Jitter"): spreads a storm evenly over the window. */
export function jitter(platform: ClientPlatform, attempt: number): number {
  return platform.random() * Math.min(bounds.retryCapMs, bounds.retryBaseMs * 2 ** attempt);
}
