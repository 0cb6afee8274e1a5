import type { Secrets } from "../../../actors/ports.ts";

export class MemorySecrets implements Secrets {
  #values = new Map<string, string>();

  async get(name: string): Promise<string | null> {
    return this.#values.get(name) ?? null;
  }

  async putIfAbsent(name: string, value: string): Promise<string> {
    const stored = this.#values.get(name) ?? value;
    this.#values.set(name, stored);
    return stored;
  }

  async list(prefix: string): Promise<{ name: string; value: string }[]> {
    return [...this.#values]
      .filter(([name]) => name.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => ({ name, value }));
  }

  async remove(name: string): Promise<void> {
    this.#values.delete(name);
  }
}
