/** Writes down what clients do and see, as the checker wants it. */
import type { RoomId, Seq } from "../../actors/ports.ts";
import type { Entry } from "../../actors/room/frame.ts";
import { type Actor, emptyHistory, type Seen, type Sighted } from "./check/history.ts";
import type { World } from "./world.ts";

/** By which way entries came. */
export interface Path extends Actor, Sighted {
  path: Seen["path"];
  connection: string;
  node: string;
  asked: number;
}

export class Recorder {
  readonly history = emptyHistory();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  entries(by: Path, room: RoomId, entries: readonly Entry[]): void {
    for (const entry of entries) this.history.seen.push(this.#seen(by, room, entry));
    this.#world.trace.note("seen", by.device, by.path, room, entries);
  }

  start(by: Path, room: RoomId, seq: Seq): void {
    this.history.seen.push({
      ...this.#base(by, room),
      ...{ is: "start", seq, to: seq - 1, line: "", cid: null },
    });
    this.#world.trace.note("start", by.device, room, seq);
  }

  /** A cursor that was named to the server: it counts as delivered, though nobody answers that. */
  returned({ user, device }: Actor, room: RoomId, seq: Seq, knew: Seq): void {
    const mark = { user, device, room, seq, knew, kind: "delivered", sighted: true } as const;
    this.history.marks.push({
      ...mark,
      invoked: this.#world.sim.now(),
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
    if (is === "tombstone") this.#world.saw("tombstones");
    return { ...base, is, seq, to: seq, line: JSON.stringify(event), cid };
  }

  #base({ user, device, path, connection, node, asked, sighted }: Path, room: RoomId) {
    return { t: this.#world.sim.now(), asked, user, device, path, connection, node, room, sighted };
  }
}
