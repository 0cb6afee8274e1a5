import type { Database } from "bun:sqlite";
import { limits } from "../../../actors/limits.ts";
import type {
  Advance,
  Checkpoint,
  LogRecord,
  Position,
  Projection,
  UserId,
  Write,
} from "../../../actors/ports.ts";
import { project } from "../../../actors/room/project.ts";
import { recordColumns } from "../../log/sqlite-operations.ts";
import { chunksOf } from "../chunks.ts";
import { itemChanged } from "../merge/membership.ts";
import type { Raise } from "./items.ts";
import { membershipWriter } from "./memberships.ts";
import { messageWriter } from "./message-writer.ts";
import { roomWriter } from "./rooms.ts";
import type { Writer } from "./writer.ts";

export function projectionOperations(db: Database, raise: Raise) {
  const messages = messageWriter(db);
  const rooms = roomWriter(db);
  const membership = membershipWriter(db);
  const checkpoint = db.prepare<{ position: Position }, [number]>(checkpointOf);
  const following = db.prepare<LogRecord, [Position, number]>(
    `SELECT ${recordColumns} FROM records WHERE position > ? ORDER BY position LIMIT ?`,
  );
  const advance = db.prepare<null, [number, Position]>(
    `INSERT INTO checkpoints (stream, position) VALUES (?, ?)
     ON CONFLICT (stream) DO UPDATE SET position = max(position, excluded.position)`,
  );

  /** The user whose version rose. */
  function write(change: Write): UserId | null {
    switch (change.t) {
      case "event":
        messages.event(change);
        return null;
      case "edit":
        messages.edit(change);
        return null;
      case "tombstone":
        messages.tombstone(change);
        return null;
      case "reaction":
        messages.reaction(change);
        return null;
      case "closed":
        messages.closed(change);
        return null;
      case "room":
        rooms.apply(change);
        return null;
      case "membership":
        return applyMembership(change);
    }
  }

  function applyMembership(change: Extract<Write, { t: "membership" }>): UserId | null {
    const changed = membership(change);
    if (!changed) return null;
    const { before, after } = changed;
    const was = before !== null && before.role !== null;
    rooms.count(after.room, Number(after.role !== null) - Number(was));
    const item = itemChanged(before, after);
    if (item === null) return null;
    raise(after.user, `room:${after.room}`, item);
    return after.user;
  }

  function apply(writes: readonly Write[], upTo: { stream: number; position: Position } | null): UserId[] {
    const raised = [...new Set(writes.flatMap((change) => write(change) ?? []))];
    if (upTo !== null) advance.run(upTo.stream, upTo.position);
    return raised;
  }

  return {
    apply,
    advance(stream: number, countMax: number): Advance {
      const after = checkpoint.get(stream)?.position ?? 0;
      const records = following.all(after, countMax);
      const position = records.at(-1)?.position;
      if (position === undefined) return { count: 0, position: after, raised: [] };
      const raised = apply(records.flatMap(project), { stream, position });
      return { count: records.length, position, raised };
    },
  };
}

const checkpointOf = "SELECT position FROM checkpoints WHERE stream = ?";

export class SqliteProjection implements Projection {
  #checkpoint;
  #writer: Writer;

  constructor(reads: Database, writer: Writer) {
    this.#checkpoint = reads.prepare<{ position: Position }, [number]>(checkpointOf);
    this.#writer = writer;
  }

  async checkpoint(stream: number): Promise<Position> {
    return this.#checkpoint.get(stream)?.position ?? 0;
  }

  /**
   * Not one transaction: a bulk is cut, so that appends pass between its parts. Replaying it does no harm. The
   * checkpoint moves with the last part, once all others are in.
   */
  async apply(writes: readonly Write[], upTo?: Checkpoint): Promise<UserId[]> {
    const chunks = chunksOf(writes, limits.writesPerOperationMax);
    const last = chunks.pop() ?? [];
    const raised = await Promise.all(chunks.map((chunk) => this.#writer.run("apply", chunk, null)));
    raised.push(await this.#writer.run("apply", last, upTo ?? null));
    return [...new Set(raised.flat())];
  }

  /** In the worker: neither records nor writes travel. Cut like `apply`; each part goes on where the one before it ended. */
  async advance(stream: number, countMax: number): Promise<Advance> {
    const size = limits.recordsPerOperationMax;
    const part = () => this.#writer.run("advance", stream, size);
    const parts = [await part()];
    if (parts[0]?.count === size) {
      parts.push(...(await Promise.all(Array.from({ length: Math.ceil(countMax / size) - 1 }, part))));
    }
    return {
      count: parts.reduce((sum, { count }) => sum + count, 0),
      position: Math.max(...parts.map(({ position }) => position)),
      raised: [...new Set(parts.flatMap(({ raised }) => raised))],
    };
  }
}
