import type { Cid, Millis } from "../actors/ports.ts";
import type { ClientPlatform } from "./platform.ts";

/** The server's clock as this client knows it, and the cids that are minted by it. */
export class Clock {
  readonly #platform: ClientPlatform;
  #offset = 0;
  #lastMs = 0;
  #count = 0;

  constructor(platform: ClientPlatform) {
    this.#platform = platform;
  }

  now(): Millis {
    return this.#platform.now() + this.#offset;
  }

  /** @param now the server's clock */
  set(now: Millis): void {
    this.#offset = now - this.#platform.now();
  }

  /**
   * A UUIDv7 (RFC 9562 §5.7) that sorts after every earlier one of this client, so that a restored
   * outbox keeps its order: 12 bits count within a millisecond (§6.2, method 1).
   */
  cid(): Cid {
    const now = this.now();
    if (now > this.#lastMs) {
      this.#lastMs = now;
      this.#count = 0;
    } else if (++this.#count > 0xfff) {
      this.#lastMs++;
      this.#count = 0;
    }
    const time = this.#lastMs.toString(16).padStart(12, "0");
    const tail = this.#platform.bytes(8);
    tail[0] = ((tail[0] ?? 0) & 0x3f) | 0x80;
    const random = hex(tail);
    const count = this.#count.toString(16).padStart(3, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${random.slice(0, 4)}-${random.slice(4)}`;
  }

  /** After a clock that ran ahead was corrected, new cids must not inherit the wrong time. */
  correct(now: Millis): void {
    this.set(now);
    this.#lastMs = 0;
  }
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
