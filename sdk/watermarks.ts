/** Tells the server how far this device has come in one room: delivered now and then, read until confirmed. */
import type { Seq } from "../actors/ports.ts";
import { jitter } from "./backoff.ts";
import { asError } from "./error.ts";
import * as bounds from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";

/** The reply to `room.read`, and what an `unread` frame says. Unread as of `seq`. */
export interface OwnMark {
  seq: Seq;
  read: Seq;
  unread: number;
  mentions: number;
}

interface Deps {
  platform: ClientPlatform;
  room: string;
  online(): boolean;
  request(op: string, input: unknown): Promise<unknown>;
  tell(op: string, input: unknown): void;
  confirmed(mark: OwnMark): void;
}

export class Watermarks {
  readonly #deps: Deps;
  #delivered = 0;
  #told = 0;
  #telling = false;
  #wanted = 0;
  #confirmed = 0;
  #asking = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** A lost one is made good by the next, or by the resume cursor, which counts as delivered. */
  deliveredTo(seq: Seq): void {
    this.#delivered = Math.max(this.#delivered, seq);
    if (this.#telling || this.#delivered <= this.#told) return;
    this.#telling = true;
    this.#deps.platform.after(bounds.deliveredMs, () => {
      this.#telling = false;
      if (!this.#deps.online()) return;
      this.#told = this.#delivered;
      this.#deps.tell("room.delivered", { room: this.#deps.room, seq: this.#told });
    });
  }

  readTo(seq: Seq): void {
    this.#wanted = Math.max(this.#wanted, seq);
    void this.#ask();
  }

  /** The server knows this much, from whatever device. */
  known(read: Seq): void {
    this.#confirmed = Math.max(this.#confirmed, read);
  }

  /** Online again. */
  flush(): void {
    void this.#ask();
  }

  async #ask(attempt = 0): Promise<void> {
    const { platform, request, room, online } = this.#deps;
    if (this.#asking || this.#wanted <= this.#confirmed || !online()) return;
    this.#asking = true;
    const seq = this.#wanted;
    let pauseMs = 0;
    try {
      const mark = (await request("room.read", { room, seq })) as OwnMark;
      // The server clamps to what it has sent us: asking for more than that again would never end.
      this.known(Math.max(seq, mark.read));
      this.#deps.confirmed(mark);
    } catch (thrown) {
      const error = asError(thrown);
      if (error.retryable) pauseMs = Math.max(error.retryAfterMs, jitter(platform, attempt));
      else this.known(seq);
    }
    this.#asking = false;
    if (pauseMs === 0) return this.#ask();
    platform.after(pauseMs, () => void this.#ask(attempt + 1));
  }
}
