/** A small room with three people, made the way a correct server would; tests plant faults into it. */
import type { LogEvent, Sent } from "../../load/oracle.ts";
import { digestOf, type Sighting } from "../../load/sight.ts";

export class Story {
  readonly events: LogEvent[] = [];
  readonly sent: Sent[] = [];
  #at = 1_000;
  #ord = 0;

  constructor(history: "everyone" | "joined") {
    this.say("owner", "created", { room: { history }, members: [{ user: "owner", role: "owner" }] });
  }

  say(by: string, kind: string, fields: Record<string, unknown> = {}): number {
    const seq = this.events.length + 1;
    if (kind === "posted") this.#ord++;
    this.#at += 10;
    this.events.push({ seq, at: this.#at, ord: this.#ord, by, kind, ...fields });
    return seq;
  }

  post(by: string, text: string, re: number | null = null): number {
    const target = re === null ? {} : { re: this.sent[re]?.seq };
    const seq = this.say(by, "posted", { text, ...target });
    this.sent.push({ line: this.sent.length, by, text, re, seq });
    return seq;
  }

  event(seq: number): LogEvent {
    const event = this.events[seq - 1];
    if (!event) throw new Error(`the story has no seq ${seq}`);
    return event;
  }

  /** A client's sighting of an event, at once after it was stamped. */
  seen(seq: number, at = this.event(seq).at + 1): Sighting {
    return { is: "event", at, seq, digest: digestOf(this.event(seq)) };
  }

  seenAll(from: number, to: number): Sighting[] {
    return Array.from({ length: to - from + 1 }, (_, i) => this.seen(from + i));
  }
}
