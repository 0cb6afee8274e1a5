/** A room as the model has it: an array of events, and what each cid led to. Everything else is derived. */
import type { RoomEvent, StampedEvent } from "../../../actors/room/events.ts";
import { type Answer, bodyOf, type Sent } from "./act.ts";
import { judge, misfit } from "./rules.ts";
import { nothing, type RoomState, stateAfter } from "./state.ts";

type Outcome = { seq: number; n: number; body: string } | "closed";

/** The time of an event whose reply hasn't come yet. */
export const untold = -1;

export class ModelRoom {
  /** Known from the first reply on. */
  id = "";
  epoch = "";
  /** The two people of a direct room; null for a group. */
  readonly pair: readonly [string, string] | null;
  /** Where each event's command began, and under which cid: the first event of each command. */
  readonly cids = new Map<number, string>();
  readonly #events: StampedEvent[] = [];
  /** By seq: the state that each event led to. */
  readonly #states: RoomState[] = [nothing];
  readonly #outcomes = new Map<string, Outcome>();

  constructor(pair: readonly [string, string] | null = null) {
    this.pair = pair;
  }

  get head(): number {
    return this.#events.length;
  }

  event(seq: number): StampedEvent {
    const event = this.#events[seq - 1];
    if (event === undefined) throw new Error(`the model has no seq ${seq}`);
    return event;
  }

  /** Events up to and with a seq. */
  upTo(seq: number = this.head): readonly StampedEvent[] {
    return this.#events.slice(0, seq);
  }

  copy(): ModelRoom {
    const room = new ModelRoom(this.pair);
    room.id = this.id;
    room.epoch = this.epoch;
    for (const event of this.#events) room.#push({ ...event });
    for (const [seq, cid] of this.cids) room.cids.set(seq, cid);
    for (const [key, outcome] of this.#outcomes) room.#outcomes.set(key, outcome);
    return room;
  }

  /** One command, decided at this moment. P2 stands here in four lines. */
  submit(sent: Sent, people: readonly string[]): Answer {
    const key = `${sent.by} ${sent.cid}`;
    if (misfit(this, sent.by, sent.act, people)) return { error: "invalid" };
    const known = this.#outcomes.get(key);
    const asks = sent.act.op === "room.landed";
    if (known === "closed") return asks ? { landed: false } : { error: "closed" };
    if (known !== undefined) {
      return asks || known.body === bodyOf(sent)
        ? { ok: { seq: known.seq, n: known.n } }
        : { error: "conflict" };
    }
    if (sent.ahead) return { error: sent.again || asks ? "unavailable" : "clock" };
    const verdict = judge(this, sent.by, sent.act);
    if (typeof verdict !== "string") return { ok: this.#append(sent, key, verdict) };
    if (sent.again || asks) this.#outcomes.set(key, "closed");
    return asks ? { landed: false } : { error: verdict };
  }

  #append(sent: Sent, key: string, made: readonly RoomEvent[]): { seq: number; n: number } {
    const seq = this.head + 1;
    for (const event of made) {
      const ord = (this.#events.at(-1)?.ord ?? 0) + (event.kind === "posted" ? 1 : 0);
      this.#push({ seq: this.head + 1, at: untold, ord, by: sent.by, ...event });
    }
    this.cids.set(seq, sent.cid);
    this.#outcomes.set(key, { seq, n: made.length, body: bodyOf(sent) });
    return { seq, n: made.length };
  }

  #push(event: StampedEvent): void {
    this.#states.push(stateAfter(this.state(), event));
    this.#events.push(event);
  }

  /** As it was after the event with this seq. */
  state(head: number = this.head): RoomState {
    return this.#states[head] ?? nothing;
  }
}
