/** Of a stream whose older records left unread: what follows on the documents goes into them, the rest is lost. */
import {
  type Log,
  type LogRecord,
  type Position,
  type RoomId,
  type Seq,
  type Store,
  Unreadable,
} from "../../actors/ports.ts";
import { project } from "../../actors/room/project.ts";

const recordsAtOnce = 200;

/** How far each room was whose records don't follow, or can't be read. May be repeated. */
export async function salvage(
  { log, store }: { log: Pick<Log, "scan">; store: Pick<Store, "projection" | "rooms"> },
  stream: number,
): Promise<Map<RoomId, Seq>> {
  const lost = new Map<RoomId, Seq>();
  let after: Position = await store.projection.checkpoint(stream);
  for (;;) {
    try {
      const records = await log.scan(stream, after, recordsAtOnce);
      for (const record of records) if (!(await follows(store, record, lost))) note(lost, record);
      const last = records.at(-1);
      if (last === undefined) return lost;
      after = last.position;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      note(lost, { room: error.room, from: 0, count: 0 });
      after = error.position;
    }
  }
}

async function follows(
  { projection, rooms }: Pick<Store, "projection" | "rooms">,
  record: LogRecord,
  lost: ReadonlyMap<RoomId, Seq>,
): Promise<boolean> {
  if (lost.has(record.room)) return false;
  const [room] = await rooms.many([record.room]);
  if (record.count > 0 && record.from > (room?.seq ?? 0) + 1) return false;
  await projection.apply(project(record));
  return true;
}

function note(
  lost: Map<RoomId, Seq>,
  { room, from, count }: Pick<LogRecord, "room" | "from" | "count">,
): void {
  lost.set(room, Math.max(lost.get(room) ?? 0, from + count - 1));
}
