/** Tells the server how far this device has come in one room: delivered now and then, read until confirmed. */
import type { Seq } from "../actors/ports.ts";
import { chore } from "./chore.ts";
import type { Host } from "./host.ts";
import { deliveredMs, readMs } from "./limits.ts";
import type { OwnMark } from "./unread.ts";

export class Watermarks {
  #delivered = 0;
  #wanted = 0;
  #confirmed = 0;
  readonly #tell: (afterMs: number) => void;
  readonly #ask: (afterMs: number) => void;

  constructor(
    room: string,
    host: Pick<Host, "platform" | "online" | "request" | "tell">,
    took: (mark: OwnMark) => void,
  ) {
    this.#tell = chore(host.platform, () => host.tell("room.delivered", { room, seq: this.#delivered }));
    this.#ask = chore(host.platform, async () => {
      const seq = this.#wanted;
      if (seq <= this.#confirmed || !host.online()) return;
      const mark = (await host.request("room.read", { room, seq })) as OwnMark;
      // The server clamps to what it has sent us: asking for more than that again would never end.
      this.known(seq);
      took(mark);
    });
  }

  /** A lost one is made good by the next, or by the resume cursor, which counts as delivered. */
  deliveredTo(seq: Seq): void {
    this.#delivered = seq;
    this.#tell(deliveredMs);
  }

  readTo(seq: Seq): void {
    this.#wanted = Math.max(this.#wanted, seq);
    this.#ask(readMs);
  }

  /** The server knows this much, from whatever device. */
  known(read: Seq): void {
    this.#confirmed = Math.max(this.#confirmed, read);
  }

  /** Online again. */
  flush(): void {
    if (this.#wanted > this.#confirmed) this.#ask(0);
  }
}
