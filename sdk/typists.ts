import type { UserId } from "../actors/ports.ts";
import { typingMs } from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";

/** Who is writing in one room: forgotten after a while, or when their message comes. */
export class Typists {
  readonly #platform: ClientPlatform;
  readonly #changed: () => void;
  readonly #cancels = new Map<UserId, () => void>();

  constructor(platform: ClientPlatform, changed: () => void) {
    this.#platform = platform;
    this.#changed = changed;
  }

  get all(): UserId[] {
    return [...this.#cancels.keys()];
  }

  started(user: UserId): void {
    this.#cancels.get(user)?.();
    this.#cancels.set(
      user,
      this.#platform.after(typingMs, () => this.stopped(user)),
    );
    this.#changed();
  }

  stopped(user: UserId): void {
    const cancel = this.#cancels.get(user);
    if (!cancel) return;
    cancel();
    this.#cancels.delete(user);
    this.#changed();
  }

  clear(): void {
    for (const user of this.all) this.stopped(user);
  }
}
