/** Reads off a client's frames what it does and sees, as the checker wants it. */
import type { Cid, RoomId, Seq, UserId } from "../../actors/ports.ts";
import type { Reply, Request, ServerFrame, WireError } from "../../src/protocol/frames.ts";
import { bodyOf } from "./check/durable.ts";
import type { Command, Heard, Mark } from "./check/history.ts";
import { endsOf } from "./copy.ts";
import type { Page, Path, Recorder, Scene } from "./recorder.ts";

type Input = Record<string, unknown>;
type Out =
  | Request
  | { t: "resume" | "sync"; rooms: Record<RoomId, [string, Seq] | null> }
  | { t: "hello" | "pong" };

/** What was asked for, and what the device knew then. */
interface PageAsked {
  page: RoomId;
  at: number;
  blinded: number;
  knew: Seq;
}

/** A command that was sent more than once. */
export interface Retry {
  command: Command;
  /** When the newest attempt was sent. */
  tried: number;
}

export class FrameReader {
  readonly #scene: Scene;
  readonly #recorder: Recorder;
  readonly #user: UserId;
  readonly #device: string;
  #connection = 0;
  #node = "";
  #openedAt = 0;
  /** What was asked on this connection. */
  #asked = new Map<number | string, { command: Command } | { mark: Mark } | PageAsked>();
  readonly #commands = new Map<Cid, Command>();
  /** Newest attempt of each command: only its refusal counts, as docs/protocol.md says. */
  readonly #newest = new Map<Cid, number | string>();
  readonly #knew = new Map<RoomId, Seq>();
  readonly retries = new Map<Cid, Retry>();
  /** Live entries that came before on the same connection. */
  repeats = 0;
  #reached = new Map<RoomId, Seq>();

  constructor(scene: Scene, recorder: Recorder, user: UserId, device: string) {
    this.#scene = scene;
    this.#recorder = recorder;
    this.#user = user;
    this.#device = device;
  }

  /** Another connection begins. */
  opened(node: string): void {
    this.#connection++;
    this.#node = node;
    this.#openedAt = this.#scene.now();
    this.#asked = new Map();
    this.#reached = new Map();
  }

  seen(direction: "in" | "out", frame: unknown): void {
    if (direction === "out") this.#sent(frame as Out);
    else if ("re" in (frame as Reply | ServerFrame)) this.#answered(frame as Reply);
    else this.#got(frame as ServerFrame);
  }

  #sent(frame: Out): void {
    if ("op" in frame) return this.#requested(frame);
    if (!("rooms" in frame)) return;
    for (const [room, cursor] of Object.entries(frame.rooms)) {
      const path = this.#path("live", this.#openedAt);
      this.#recorder.start(path, room, (cursor?.[1] ?? 0) + 1);
      if (cursor !== null) this.#recorder.returned(path, room, cursor[1], this.#knew.get(room) ?? 0);
    }
  }

  #requested({ id, op, in: raw }: Request): void {
    const input = (raw ?? {}) as Input;
    const room = String(input.room ?? "");
    if (op === "room.read" || op === "room.delivered") {
      const mark = this.#mark(op === "room.read" ? "read" : "delivered", room, Number(input.seq));
      if (id !== undefined) this.#asked.set(id, { mark });
    } else if (id === undefined) return;
    else if (op === "room.history") {
      const knew = input.known === undefined ? 0 : (this.#knew.get(room) ?? 0);
      this.#asked.set(id, { page: room, at: this.#scene.now(), blinded: this.#scene.blinded, knew });
    } else if (typeof input.cid === "string" && op === "room.landed") {
      // Who asks after a command closes it, even one that was never sent.
      if (!this.#commands.has(input.cid)) this.#begin(op, room, input.cid, input);
    } else if (typeof input.cid === "string") {
      const before = this.#commands.get(input.cid);
      const command = before ?? this.#begin(op, room, input.cid, input);
      if (before !== undefined) this.retries.set(input.cid, { command, tried: this.#scene.now() });
      this.#asked.set(id, { command });
      this.#newest.set(input.cid, id);
    }
  }

  #answered(reply: Reply): void {
    const asked = this.#asked.get(reply.re);
    this.#asked.delete(reply.re);
    if (asked === undefined) return;
    if ("mark" in asked) this.#marked(asked.mark, reply);
    else if ("page" in asked) this.#paged(asked, reply);
    else if ("ok" in reply) this.#landed(asked.command, reply.ok as Landed);
    else if (this.#newest.get(asked.command.cid) === reply.re) this.#refused(asked.command, reply.error);
  }

  #got(frame: ServerFrame): void {
    if (frame.t === "events") {
      const reached = this.#reached.get(frame.room) ?? 0;
      this.repeats += frame.events.filter((entry) => endsOf(entry)[1] <= reached).length;
      this.#recorder.entries(this.#path("live", this.#openedAt), frame.room, frame.events);
      const last = frame.events.at(-1);
      if (last === undefined) return;
      this.#learn(frame.room, endsOf(last)[1]);
      this.#reached.set(frame.room, Math.max(reached, endsOf(last)[1]));
    } else if (frame.t === "limited") {
      this.#recorder.start(this.#path("live", this.#openedAt), frame.room, frame.to + 1);
    } else if (frame.t === "epoch") {
      this.#recorder.start(this.#path("live", this.#openedAt), frame.room, 1);
    } else if (frame.t === "receipts") {
      for (const [about, delivered, read] of frame.marks) {
        this.#heard(frame, { kind: "receipts", about, delivered, read });
      }
    } else if (frame.t === "typing") {
      this.#heard(frame, { kind: "typing", about: frame.user, delivered: 0, read: 0 });
    }
  }

  #heard(
    { room, seq }: { room: RoomId; seq: Seq },
    what: Pick<Heard, "kind" | "about" | "delivered" | "read">,
  ): void {
    const { user, device, connection } = this.#path("live", this.#openedAt);
    this.#recorder.history.heard.push({
      ...{ t: this.#scene.now(), user, device, connection, room, seq },
      ...what,
    });
  }

  #learn(room: RoomId, seq: Seq): void {
    this.#knew.set(room, Math.max(seq, this.#knew.get(room) ?? 0));
  }

  #begin(op: string, room: RoomId, cid: Cid, input: Input): Command {
    const command: Command = {
      ...{ user: this.#user, device: this.#device, op, room, cid, body: wordsOf(op, input) },
      ...{ invoked: this.#scene.now(), phase: "info", answered: null, seq: 0, n: 0, epoch: "", code: "" },
      // A refusal may come from an attempt of which nobody knows how it ended.
      ...{ knew: this.#knew.get(room) ?? 0, sighted: false },
    };
    this.#commands.set(cid, command);
    this.#recorder.history.commands.push(command);
    return command;
  }

  #landed(command: Command, { seq, n, epoch, room }: Landed): void {
    this.#scene.saw("acks");
    // A new room has its id from its server.
    if (command.op === "room.create" && room !== undefined) command.room = room;
    Object.assign(command, { phase: "ok", answered: this.#scene.now(), seq, n, epoch });
  }

  #refused(command: Command, { code, retryable }: WireError): void {
    if (retryable) return;
    this.#scene.saw("refusals");
    Object.assign(command, { phase: "fail", answered: this.#scene.now(), code });
  }

  #mark(kind: Mark["kind"], room: RoomId, seq: Seq): Mark {
    const mark: Mark = {
      ...{ user: this.#user, device: this.#device, kind, room, seq, knew: this.#knew.get(room) ?? 0 },
      ...{ invoked: this.#scene.now(), answered: null, delivered: 0, read: 0, sighted: false },
    };
    this.#recorder.history.marks.push(mark);
    return mark;
  }

  #marked(mark: Mark, reply: Reply): void {
    if (!("ok" in reply)) return;
    const { delivered, read } = reply.ok as { delivered: Seq; read: Seq };
    Object.assign(mark, { answered: this.#scene.now(), delivered, read });
  }

  #paged({ page, at, blinded, knew }: PageAsked, reply: Reply): void {
    if (!("ok" in reply)) return;
    const connection = `${this.#device} page ${at} ${reply.re}`;
    const sighted = blinded === this.#scene.blinded;
    const path: Path = { ...this.#path("history", at), connection, sighted };
    this.#recorder.page(path, page, reply.ok as Page, knew);
  }

  #path(path: Path["path"], asked: number): Path {
    const connection = `${this.#device} ${this.#connection}`;
    return {
      user: this.#user,
      device: this.#device,
      path,
      asked,
      sighted: true,
      node: this.#node,
      connection,
    };
  }
}

interface Landed {
  seq: Seq;
  n: number;
  epoch: string;
  room?: RoomId;
}

/** The same words as for the event that it makes. */
function wordsOf(op: string, input: Input): string {
  const { user, users, ...rest } = input as Input & { user?: string; users?: string[] };
  const kinds: Record<string, string> = {
    "room.post": "posted",
    "room.edit": "edited",
    "room.delete": "deleted",
    "room.react": "reacted",
    "room.remove": "removed",
    "room.join": "joined",
    "room.leave": "left",
    "room.create": "created",
    "room.ban": "banned",
    "room.unban": "unbanned",
    "room.rename": "renamed",
  };
  if (op === "room.add") return `added ${(users ?? []).join(" ")}`;
  const event = { ...rest, user, kind: kinds[op] ?? op, target: input.seq };
  return bodyOf(event as unknown as Parameters<typeof bodyOf>[0]);
}
