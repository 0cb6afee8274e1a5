/** Writes down what clients do and see, as the checker wants it. */
import type { RoomId, Seq } from "../../actors/ports.ts";
import type { Entry } from "../../actors/room/frame.ts";
import { type Actor, emptyHistory, type Seen, type Sighted, type Time } from "./check/history.ts";

/** Where clients are watched: a simulated world, or real processes. */
export interface Scene {
  now(): Time;
  /** How often some node was told an old head, or none. */
  readonly blinded: number;
  saw(witness: "acks" | "refusals" | "tombstones"): void;
  /** For readers of a trace. */
  note(what: string, ...details: readonly unknown[]): void;
}

/** By which way entries came. */
export interface Path extends Actor, Sighted {
  path: Seen["path"];
  connection: string;
  node: string;
  asked: number;
}

/** A page of history, as it is answered. */
export interface Page {
  head: Seq;
  from: Seq;
  to: Seq;
  entries: Entry[];
  fields: {
    seq: Seq;
    edit: { seq: Seq; text: string } | null;
    reactions: { key: string; users: string[]; seqs: Seq[] }[];
  }[];
}

export class Recorder {
  history = emptyHistory();
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  entries(by: Path, room: RoomId, entries: readonly Entry[]): void {
    for (const entry of entries) this.history.seen.push(this.#seen(by, room, entry));
    this.#scene.note("seen", by.device, by.path, room, entries);
  }

  /** @param knew highest seq that the device named when it asked */
  page(by: Path, room: RoomId, { entries, fields, head, from, to }: Page, knew: Seq): void {
    this.entries(by, room, entries);
    const { user, device, sighted, asked } = by;
    this.history.reads.push({
      ...{ user, device, room, sighted, invoked: asked, answered: this.#scene.now(), head, from, to, knew },
      fields: fields.map(({ seq, edit, reactions }) => ({
        seq,
        by: [...(edit === null ? [] : [edit.seq]), ...reactions.flatMap(({ seqs }) => seqs)],
        text: edit?.text ?? null,
        reactions: reactions.flatMap(({ key, users }) => users.map((who) => `${who} ${key}`)).sort(),
      })),
    });
  }

  start(by: Path, room: RoomId, seq: Seq): void {
    this.history.seen.push({
      ...this.#base(by, room),
      ...{ is: "start", seq, to: seq - 1, line: "", cid: null },
    });
    this.#scene.note("start", by.device, room, seq);
  }

  /** A cursor that was named to the server: it counts as delivered, though nobody answers that. */
  returned({ user, device }: Actor, room: RoomId, seq: Seq, knew: Seq): void {
    const mark = { user, device, room, seq, knew, kind: "delivered", sighted: true } as const;
    this.history.marks.push({
      ...mark,
      invoked: this.#scene.now(),
      answered: null,
      delivered: 0,
      read: 0,
    });
  }

  #seen(by: Path, room: RoomId, entry: Entry): Seen {
    const base = this.#base(by, room);
    if ("void" in entry) {
      const [seq, to] = entry.void;
      return { ...base, is: "void", seq, to, line: "", cid: null };
    }
    const { seq } = entry;
    if (!("kind" in entry)) return { ...base, is: "stub", seq, to: seq, line: "", cid: entry.cid };
    const { cid = null, ...event } = entry;
    const is = event.kind === "tombstone" ? "tombstone" : "event";
    if (is === "tombstone") this.#scene.saw("tombstones");
    return { ...base, is, seq, to: seq, line: JSON.stringify(event), cid };
  }

  #base({ user, device, path, connection, node, asked, sighted }: Path, room: RoomId) {
    return { t: this.#scene.now(), asked, user, device, path, connection, node, room, sighted };
  }
}
