/** The log as the checker wants it. */
import { linesOf, partsOf } from "../../actors/room/frame.ts";
import type { RoomLog } from "./check/history.ts";
import type { SharedLog } from "./shared-log.ts";

export function committedOf(log: SharedLog): RoomLog[] {
  return log.rooms().map((room) => ({
    room,
    records: log.commits(room).map(({ t, record }) => {
      const { parts, closed = [] } = partsOf(record);
      return {
        ...{ t, from: record.from, lines: linesOf(record.frame) },
        parts: parts.map(({ by, cid = null, n = 1 }) => ({ by, cid, n })),
        closed: closed.map(({ by, cid }) => ({ by, cid })),
      };
    }),
  }));
}
