import type { ClientEvents } from "./api.ts";
import type { ClientPlatform } from "./platform.ts";

type Listener<T> = (value: T) => void;

export interface Signal<T = void> {
  /** @returns ends it */
  add(listener: Listener<T>): () => void;
  fire(value: T): void;
}

/** Who wants to hear of one thing. */
export function createSignal<T = void>(platform: ClientPlatform): Signal<T> {
  const listeners = new Set<Listener<T>>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    fire(value) {
      for (const listener of [...listeners]) {
        try {
          listener(value);
        } catch (error) {
          // A listener that throws must not tear the sync core: its error surfaces on its own turn.
          platform.after(0, () => {
            throw error;
          });
        }
      }
    },
  };
}

export type Emitter = ReturnType<typeof createEmitter>;

/** The client's events. */
export function createEmitter(platform: ClientPlatform) {
  const signals: { [E in keyof ClientEvents]?: Signal<ClientEvents[E]> } = {};

  function of<E extends keyof ClientEvents>(event: E): Signal<ClientEvents[E]> {
    (signals as Record<E, Signal<ClientEvents[E]>>)[event] ??= createSignal(platform);
    return signals[event] as Signal<ClientEvents[E]>;
  }

  return {
    on<E extends keyof ClientEvents>(
      event: E,
      listener: Listener<ClientEvents[E]>,
      { signal }: { signal?: AbortSignal } = {},
    ): () => void {
      const off = of(event).add(listener);
      if (signal?.aborted) off();
      signal?.addEventListener("abort", off);
      return off;
    },

    emit<E extends keyof ClientEvents>(event: E, value: ClientEvents[E]): void {
      of(event).fire(value);
    },
  };
}
