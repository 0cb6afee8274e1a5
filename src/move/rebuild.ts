/** The log was lost: rooms go on from their documents, on new streams, with new epochs, in place. */
import type { Checkpoint, RoomId, Secrets, Seq } from "../../actors/ports.ts";
import { epochOf } from "./epoch.ts";
import { CannotMove } from "./format.ts";
import type { LostRange } from "./lost.ts";
import { assertOpen, beginRebuild, endRebuild, type Rebuilding, rebuilding } from "./marks.ts";

/** The documents, and the streams that they were made from. Nobody else writes. */
export interface LostPlace {
  secrets: Secrets;
  /** How far each room of these is in the documents, and how far anything still speaks of. */
  heads(of: (room: RoomId) => boolean): Promise<Map<RoomId, { head: number; known: number }>>;
  isWhole(room: RoomId, head: number): Promise<boolean>;
  renew(room: RoomId, head: number, epoch: string): Promise<void>;
  begin(checkpoint: Checkpoint): Promise<void>;
  streamOf(room: RoomId): number;
  /** Streams that aren't what documents were made from, and those that lost records before they were in the documents. */
  lost(): Promise<{ gone: number[]; passed: number[] }>;
  /** Takes what still follows on the documents out of a stream; how far rooms were of which something doesn't. */
  salvage(stream: number): Promise<ReadonlyMap<RoomId, Seq>>;
  /** Empties these streams, makes those that are missing. */
  remake(streams: readonly number[]): Promise<Checkpoint[]>;
}

export interface Rebuilt {
  /** Empty: there was nothing to do. */
  streams: number[];
  rooms: number;
  lost: LostRange[];
}

/**
 * May be repeated after an interruption: which streams, which epochs and what was lost are remembered before anything changes.
 * @param id random; what new epochs are made of
 * @throws CannotMove when documents lack events below a head: nothing was changed
 */
export async function rebuild(place: LostPlace, id: string): Promise<Rebuilt> {
  await assertOpen(place.secrets);
  const begun = (await rebuilding(place.secrets)) ?? (await begin(place, id));
  if (begun === null) return { streams: [], rooms: 0, lost: [] };
  const { streams, lost } = begun;
  const heads = await place.heads((room) => streams.includes(place.streamOf(room)));
  for (const [room, { head }] of heads) await place.renew(room, head, epochOf(begun.id, room));
  for (const checkpoint of await place.remake(streams)) await place.begin(checkpoint);
  await endRebuild(place.secrets);
  return { streams, rooms: heads.size, lost };
}

async function begin(place: LostPlace, id: string): Promise<Rebuilding | null> {
  const { gone, passed } = await place.lost();
  const streams = [...gone, ...passed].sort((a, b) => a - b);
  if (streams.length === 0) return null;
  const told = new Map<RoomId, Seq>();
  for (const stream of passed) for (const [room, to] of await place.salvage(stream)) told.set(room, to);
  const heads = await place.heads((room) => streams.includes(place.streamOf(room)));
  const lost: LostRange[] = [];
  for (const [room, { head, known }] of heads) {
    if (!(await place.isWhole(room, head))) {
      throw new CannotMove(`room ${room} lacks events below its head: restore a backup of MongoDB`);
    }
    const to = Math.max(known, told.get(room) ?? 0);
    if (to > head) lost.push({ room, from: head + 1, to });
    told.delete(room);
  }
  // Of these nothing had come into the documents.
  for (const [room, to] of told) if (to > 0) lost.push({ room, from: 1, to });
  return await beginRebuild(place.secrets, { id, streams, lost });
}
