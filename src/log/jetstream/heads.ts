import { limits } from "../../../actors/limits.ts";
import type { Head, RoomId } from "../../../actors/ports.ts";
import type { Reads } from "./reads.ts";
import { headOf } from "./stored.ts";
import { logSubject, streamOf } from "./subjects.ts";

/** Heads of many rooms: one question to a leader and one bulk per stream, or a question per room where they are few. */
export async function readHeads(reads: Reads, rooms: readonly RoomId[]): Promise<Head[]> {
  const byStream = Map.groupBy(new Set(rooms), streamOf);
  const heads = new Map<RoomId, Head>();
  await Promise.all(
    [...byStream].map(async ([stream, of]) => {
      for (let at = 0; at < of.length; at += limits.headsPerReadMax) {
        await ofStream(reads, stream, of.slice(at, at + limits.headsPerReadMax), heads);
      }
    }),
  );
  return rooms.map((room) => ({ ...(heads.get(room) ?? { position: 0, seq: 0 }) }));
}

async function ofStream(
  reads: Reads,
  stream: number,
  rooms: readonly RoomId[],
  heads: Map<RoomId, Head>,
): Promise<void> {
  if (rooms.length <= limits.headsSingleMax) return single(reads, stream, rooms, heads);
  // The leader first: what a replica says up to there is what the leader would say.
  const { last } = await reads.state(stream);
  const { found, upTo } = await reads.lasts(stream, rooms.map(logSubject));
  if (upTo < last) return single(reads, stream, rooms, heads);
  for (const room of rooms) heads.set(room, headOf(found.get(logSubject(room)) ?? null));
}

/** Each from the leader. */
async function single(
  reads: Reads,
  stream: number,
  rooms: readonly RoomId[],
  heads: Map<RoomId, Head>,
): Promise<void> {
  const waiting = rooms.values();
  const work = async () => {
    for (const room of waiting) heads.set(room, headOf(await reads.last(stream, logSubject(room))));
  };
  await Promise.all(Array.from({ length: Math.min(limits.headsAtOnce, rooms.length) }, work));
}
