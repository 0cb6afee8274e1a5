import { limits } from "../limits.ts";
import type { Log, LogRecord, Position, RoomId } from "../ports.ts";

/** A room's records above a position up to the log's end, in handfuls. */
export async function* tailOf(
  log: Pick<Log, "tail">,
  room: RoomId,
  after: Position,
): AsyncGenerator<readonly LogRecord[]> {
  for (let position = after; ; ) {
    const records = await log.tail(room, position, limits.tailBytesMax);
    const last = records.at(-1);
    if (last === undefined) return;
    yield records;
    position = last.position;
  }
}
