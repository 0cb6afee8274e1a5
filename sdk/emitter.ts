import type { ClientEvents } from "./api.ts";
import type { ClientPlatform } from "./platform.ts";

/** Listeners without arguments: the half of a store that says "look again". */
export class Signal {
  readonly #listeners = new Set<() => void>();
  readonly #platform: ClientPlatform;

  constructor(platform: ClientPlatform) {
    this.#platform = platform;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  fire(): void {
    for (const listener of [...this.#listeners]) guarded(this.#platform, listener);
  }
}

type Listener<E extends keyof ClientEvents> = (value: ClientEvents[E]) => void;

export class Emitter {
  readonly #listeners: { [E in keyof ClientEvents]?: Set<Listener<E>> } = {};
  readonly #platform: ClientPlatform;

  constructor(platform: ClientPlatform) {
    this.#platform = platform;
  }

  on<E extends keyof ClientEvents>(event: E, listener: Listener<E>, signal?: AbortSignal): () => void {
    const all = this.#of(event);
    all.add(listener);
    const off = () => {
      all.delete(listener);
      signal?.removeEventListener("abort", off);
    };
    if (signal?.aborted) off();
    signal?.addEventListener("abort", off);
    return off;
  }

  emit<E extends keyof ClientEvents>(event: E, value: ClientEvents[E]): void {
    for (const listener of [...this.#of(event)]) guarded(this.#platform, () => listener(value));
  }

  #of<E extends keyof ClientEvents>(event: E): Set<Listener<E>> {
    const all: Set<Listener<E>> = this.#listeners[event] ?? new Set();
    (this.#listeners as Record<E, Set<Listener<E>>>)[event] = all;
    return all;
  }
}

/** A listener that throws must not tear the sync core: its error surfaces on its own turn. */
function guarded(platform: ClientPlatform, listener: () => void): void {
  try {
    listener();
  } catch (error) {
    platform.after(0, () => {
      throw error;
    });
  }
}
