/**
 * One turn of a room: a batch of commands decided on the tentative state, one record, and for each reply what it
 * waits for. Here lives P2: a cid names at most one outcome for ever, and a recorded "no" is as final as a "yes".
 */
import { limits } from "../limits.ts";
import type { Outcome, RecordDraft, Seq } from "../ports.ts";
import { cidTime } from "./cid.ts";
import type { RoomCommand, RoomReply } from "./commands.ts";
import { decide } from "./decide.ts";
import { errors } from "./errors.ts";
import type { RoomEvent, StampedEvent } from "./events.ts";
import { type ClosedCid, frameOf, lineOf, type Part, serverOf } from "./frame.ts";
import { refuse } from "./refusals.ts";
import { evolve, type RoomState } from "./state.ts";
import { utf8Length } from "./utf8.ts";

/** `append`: held until the record is durable. `verify`: a refusal is a read, so the position is checked first. */
export type Needs = "nothing" | "verify" | "append";
export type Decided = { reply: RoomReply; needs: Needs } | "full";

/** Frame head, brackets and the commas between lines: 200 bytes would do. */
const frameOverhead = 512;

export class RoomTurn {
  readonly #room: RoomState;
  readonly #now: number;
  readonly #from: Seq;
  readonly #lines: string[] = [];
  readonly #parts: Part[] = [];
  readonly #closed: ClosedCid[] = [];
  #bytes = frameOverhead;

  constructor(room: RoomState, now: number) {
    this.#room = room;
    this.#now = now;
    this.#from = room.seq + 1;
  }

  decide(command: RoomCommand): Decided {
    const known = this.#room.cids.get(command.by, command.cid);
    if (known !== undefined) {
      // Its twin came in this very turn: what that led to isn't true before it is in the log.
      const needs = known.durable ? "nothing" : "append";
      return { reply: this.#answerKnown(command, known.outcome), needs };
    }
    if (!this.#room.cids.isNew(command.cid, command.looked)) {
      return { reply: { look: true }, needs: "nothing" };
    }
    const ahead = cidTime(command.cid) - this.#now - limits.cidAheadMs;
    if (ahead > 0) return this.#refuseClock(command, ahead);
    const decision = decide(this.#room, command);
    if ("stale" in decision) return { reply: { stale: true }, needs: "nothing" };
    if ("error" in decision) return this.#refuse(command, decision.error.code, decision);
    return this.#accept(command, decision.events);
  }

  /** The record of this turn; null when nothing is to be written. */
  draft(): RecordDraft | null {
    if (this.#lines.length === 0 && this.#closed.length === 0) return null;
    const room = this.#room;
    return {
      epoch: room.epoch,
      from: this.#from,
      count: this.#lines.length,
      at: Math.max(this.#now, room.at),
      frame: this.#lines.length === 0 ? "" : frameOf(room.id, room.epoch, this.#from, this.#lines),
      server: serverOf({
        parts: this.#parts,
        ...(this.#closed.length === 0 ? {} : { closed: this.#closed }),
      }),
    };
  }

  #answerKnown(command: RoomCommand, known: Outcome): RoomReply {
    if (known.closed) return { error: refuse("closed") };
    if (command.do !== "landed" && known.hash !== command.hash) return { error: refuse("conflict") };
    return { ok: { seq: known.seq, n: known.n, at: known.at, epoch: this.#room.epoch } };
  }

  /** Not an outcome: recording a cid of the far future would make every later command look. */
  #refuseClock(command: RoomCommand, ahead: number): Decided {
    const error = command.again
      ? refuse("unavailable", { retryAfterMs: ahead, now: this.#now })
      : refuse("clock", { bound: limits.cidAheadMs, now: this.#now });
    return { reply: { error }, needs: "verify" };
  }

  /** A refusal of something that may still be under way is an outcome: its cid is closed by this turn's record. */
  #refuse(command: RoomCommand, code: keyof typeof errors, reply: RoomReply): Decided {
    const final = !errors[code].retryable;
    if (!final || !(command.again || command.do === "landed")) return { reply, needs: "verify" };
    const closed: ClosedCid = { by: command.by, cid: command.cid, hash: command.hash };
    const bytes = closed.by.length + closed.cid.length + closed.hash.length + 32;
    if (this.#isFull(bytes)) return "full";
    this.#bytes += bytes;
    this.#closed.push(closed);
    this.#room.cids.add(command.by, command.cid, { closed: true, hash: command.hash });
    return { reply, needs: "append" };
  }

  #accept(command: RoomCommand, events: readonly RoomEvent[]): Decided {
    const room = this.#room;
    const stamped: StampedEvent[] = [];
    const at = Math.max(this.#now, room.at);
    let ord = room.ord;
    for (const [i, event] of events.entries()) {
      if (event.kind === "posted") ord++;
      stamped.push({ seq: room.seq + 1 + i, at, ord, by: command.by, ...event });
    }
    const lines = stamped.map(lineOf);
    const parts = stamped.map((_, i): Part => (i === 0 ? firstPart(command, events) : { by: command.by }));
    let bytes = 0;
    for (const line of lines) bytes += utf8Length(line) + 2;
    for (const part of parts) bytes += part.by.length + (part.cid === undefined ? 16 : 160);
    if (this.#isFull(bytes)) return "full";
    this.#bytes += bytes;
    if (room.kind === null && "epoch" in command && command.epoch !== undefined) room.epoch = command.epoch;
    for (const [i, event] of stamped.entries()) {
      evolve(room, event);
      this.#lines.push(lines[i] as string);
      this.#parts.push(parts[i] as Part);
    }
    const seq = (stamped[0] as StampedEvent).seq;
    const n = stamped.length;
    room.cids.add(command.by, command.cid, { closed: false, seq, n, at, hash: command.hash });
    return { reply: { ok: { seq, n, at, epoch: room.epoch } }, needs: "append" };
  }

  #isFull(bytes: number): boolean {
    const empty = this.#lines.length === 0 && this.#closed.length === 0;
    return !empty && this.#bytes + bytes > limits.recordBytesMax;
  }
}

/** The cid stands on a command's first event. Only a message has a stub: of other kinds the sender wants the line. */
function firstPart(command: RoomCommand, events: readonly RoomEvent[]): Part {
  return {
    by: command.by,
    cid: command.cid,
    hash: command.hash,
    ...(command.origin !== null && events[0]?.kind === "posted" ? { origin: command.origin } : {}),
    ...(events.length === 1 ? {} : { n: events.length }),
  };
}
