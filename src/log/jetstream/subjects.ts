/** Where a room's records lie: stream, subjects. */
import { limits } from "../../../actors/limits.ts";
import type { RoomId } from "../../../actors/ports.ts";
import { fnv1a } from "../../fnv1a.ts";

/** Always so many: a room stays in its stream for ever. */
export const streamCount = 8;

export function streamOf(room: RoomId): number {
  const hash = fnv1a(room);
  return (hash >>> 0) % streamCount;
}

export const streamName = (stream: number): string => `LOG_${stream}`;
/** All rooms of a stream. */
export const streamSubject = (stream: number): string => `log.${stream}.*`;
export const logSubject = (room: RoomId): string => `log.${streamOf(room)}.${token(room)}`;
/** Where the server republishes what it committed. */
export const liveSubject = (room: RoomId): string => `live.${streamOf(room)}.${token(room)}`;
export const streamLiveSubject = (stream: number): string => `live.${stream}.*`;

/** The room of a subject of ours. */
export const roomOf = (subject: string): RoomId => subject.slice(subject.lastIndexOf(".") + 1);

/** A room id becomes one token of a subject, and nothing else. */
function token(room: RoomId): string {
  if (!/^[\w-]+$/.test(room) || room.length > limits.roomIdCharsMax) throw new TypeError("not a room id");
  return room;
}
