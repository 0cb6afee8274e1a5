/**
 * Durable commands on the wire, watched from outside of the SDK: which were sent and not answered when their server was
 * killed, and whether they had landed. An event is stamped by the clock of the machine on which we kill, so a command that
 * landed before a kill bears an earlier time than the kill. (In a cluster its owner may have been another node, which appended it
 * a moment later: it still landed without the client's knowing.)
 */

interface Command {
  cid: string;
  /** Times of the kills at which it was in flight and stayed without an answer. */
  kills: number[];
  /** The connection that carries it; null: that one is gone. */
  wire: number | null;
}

interface Kill {
  at: number;
  cids: Set<string>;
}

export interface FlightCounts {
  /** Commands in flight at kills. */
  inFlight: number;
  /** Of these: durable before the kill, though nobody heard of it. */
  landed: number;
  /** Of these: not in the log when the server died. */
  notLanded: number;
}

type Frame = Record<string, unknown>;

/** One for all clients. `wire` numbers the connections of all of them. */
export class Flight {
  readonly #open = new Map<string, Command>();
  /** Where each connection leads. */
  readonly #doors = new Map<number, string>();
  /** Which request of a connection carries which cid. */
  readonly #requests = new Map<number, Map<unknown, string>>();
  #kill: Kill | null = null;
  #landed = 0;
  #notLanded = 0;
  #waiting: { door: string; size: number; resolve: () => void } | null = null;

  /** Commands without an answer now that went through this door. */
  at(door: string): number {
    return this.#carried(door).length;
  }

  get counts(): FlightCounts {
    const pending = [...this.#open.values()].filter(({ kills }) => kills.length > 0).length;
    return {
      inFlight: this.#landed + this.#notLanded + pending,
      landed: this.#landed,
      notLanded: this.#notLanded,
    };
  }

  /** Resolves in the turn in which this many commands are in flight through a door, or when `give up` does. */
  async reaches(door: string, size: number, giveUp: Promise<void>): Promise<void> {
    if (this.at(door) >= size) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = { door, size, resolve };
    await Promise.race([promise, giveUp]);
    this.#waiting = null;
  }

  opened(wire: number, door: string): void {
    this.#doors.set(wire, door);
  }

  sent(wire: number, frame: Frame): void {
    const cid = (frame.in as Frame | undefined)?.cid;
    if (typeof cid !== "string") return;
    const requests = this.#requests.get(wire) ?? new Map<unknown, string>();
    this.#requests.set(wire, requests);
    requests.set(frame.id, cid);
    const command = this.#open.get(cid) ?? { cid, kills: [], wire };
    command.wire = wire;
    this.#open.set(cid, command);
    if (this.#waiting && this.at(this.#waiting.door) >= this.#waiting.size) this.#waiting.resolve();
  }

  received(wire: number, frame: Frame): void {
    if ("re" in frame) {
      const cid = this.#requests.get(wire)?.get(frame.re);
      if (cid === undefined) return;
      this.#requests.get(wire)?.delete(frame.re);
      const { ok, error } = frame as { ok?: { at?: number }; error?: { retryable?: boolean } };
      if (error?.retryable !== true) this.#answered(cid, ok?.at ?? null);
    } else if (frame.t === "events" && Array.isArray(frame.events)) {
      // A cid is told to its sender only.
      for (const { cid, at } of frame.events as { cid?: string; at?: number }[]) {
        if (cid !== undefined) this.#answered(cid, at ?? null);
      }
    }
  }

  /** The server behind this door was killed at this moment. */
  killed(door: string, at: number): void {
    this.#kill = { at, cids: new Set(this.#carried(door).map(({ cid }) => cid)) };
  }

  /** A connection ended; what it carried has no answer until it is sent again. */
  closed(wire: number): void {
    for (const cid of this.#requests.get(wire)?.values() ?? []) {
      const command = this.#open.get(cid);
      if (!command) continue;
      if (command.wire === wire) command.wire = null;
      if (this.#kill?.cids.delete(cid)) command.kills.push(this.#kill.at);
    }
    this.#requests.delete(wire);
    this.#doors.delete(wire);
  }

  #carried(door: string): Command[] {
    return [...this.#open.values()].filter(({ wire }) => wire !== null && this.#doors.get(wire) === door);
  }

  /** `at`: when the owner stamped it; null: refused. An answer that was on its way at the kill came in time. */
  #answered(cid: string, at: number | null): void {
    const command = this.#open.get(cid);
    this.#kill?.cids.delete(cid);
    if (!command) return;
    this.#open.delete(cid);
    for (const kill of command.kills) {
      if (at !== null && at <= kill) this.#landed++;
      else this.#notLanded++;
    }
  }
}
