import type { Attempts, Millis } from "../../../actors/ports.ts";

export class MemoryAttempts implements Attempts {
  #failures = new Map<string, Millis[]>();

  async fail(key: string, at: Millis, windowMs: number): Promise<number> {
    const recent = [...this.#recent(key, at, windowMs), at];
    this.#failures.set(key, recent);
    return recent.length;
  }

  async read(key: string, at: Millis, windowMs: number): Promise<{ count: number; lastAt: Millis }> {
    const recent = this.#recent(key, at, windowMs);
    return { count: recent.length, lastAt: Math.max(0, ...recent) };
  }

  async clear(key: string): Promise<void> {
    this.#failures.delete(key);
  }

  #recent(key: string, at: Millis, windowMs: number): Millis[] {
    return (this.#failures.get(key) ?? []).filter((failed) => failed > at - windowMs);
  }
}
