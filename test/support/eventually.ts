import { platform } from "../../src/platform.ts";

const pollMs = 20;

/** For what the outside world does in its own time: asks until `check` gives something, and fails after `withinMs`. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | null | undefined | false>,
  withinMs = 30_000,
): Promise<T> {
  for (const end = platform.monotonic() + withinMs; platform.monotonic() < end; ) {
    const found = await check();
    if (found !== null && found !== undefined && found !== false) return found;
    await new Promise<void>((resolve) => platform.after(pollMs, resolve));
  }
  throw new Error(`${what}: not within ${withinMs} ms`);
}
