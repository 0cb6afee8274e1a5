/** The one log of a world, and when each record became durable: what the checker holds everything against. */
import type { Head, Log, LogRecord, Position, RecordDraft, RoomId } from "../../actors/ports.ts";
import { MemoryLog } from "../../src/log/memory.ts";
import type { World } from "./world.ts";

export interface Commit {
  /** Simulated ms. */
  t: number;
  record: LogRecord;
}

export class SharedLog {
  readonly #world: World;
  readonly #commits = new Map<RoomId, Commit[]>();
  readonly log: Log;

  constructor(world: World) {
    this.#world = world;
    this.log = new MemoryLog(world.infra);
  }

  /** Durable when it returns. @throws Fenced */
  async append(room: RoomId, expected: Position, draft: RecordDraft): Promise<Position> {
    const position = await this.log.append(room, expected, draft);
    const { sim, trace } = this.#world;
    const record: LogRecord = { ...draft, room, position, prev: expected };
    const commits = this.#commits.get(room) ?? [];
    commits.push({ t: sim.now(), record });
    this.#commits.set(room, commits);
    trace.add("commit", room, position, draft.from, draft.count, draft.frame, draft.server);
    return position;
  }

  commits(room: RoomId): readonly Commit[] {
    return this.#commits.get(room) ?? [];
  }

  rooms(): RoomId[] {
    return [...this.#commits.keys()];
  }

  /** Everything that the documents have leaves the log, as if it were old. */
  async trim(upTo: Position): Promise<void> {
    const gone = await this.log.trim(0, Number.MAX_SAFE_INTEGER, upTo);
    this.#world.trace.add("trim", upTo, gone);
  }

  /** The head as it was then. */
  headAt(room: RoomId, t: number): Head {
    let head: Head = { position: 0, seq: 0 };
    for (const { t: at, record } of this.commits(room)) {
      if (at > t) break;
      head = { position: record.position, seq: record.count > 0 ? record.from + record.count - 1 : head.seq };
    }
    return head;
  }
}
