/** A message as the stream keeps it, whichever way it came. */
import type { MsgHdrs } from "@nats-io/transport-node";
import { type Head, type LogRecord, type Position, Unreadable } from "../../../actors/ports.ts";
import { decodeRecord } from "./record.ts";
import { roomOf } from "./subjects.ts";

/** The fence that the writer set; the server keeps it with the message. */
export const fenceHeader = "Nats-Expected-Last-Subject-Sequence";

export interface Stored {
  subject: string;
  position: Position;
  /** Position of the room's previous record; null where the writer set no fence. */
  prev: Position | null;
  data: Uint8Array;
  /** When the broker stored it: RFC 3339 with nanoseconds. */
  time: string;
}

/** @param headers with the fence as it was published */
export function fenceOf(headers: MsgHdrs | undefined): Position | null {
  const fence = headers?.get(fenceHeader) ?? "";
  return fence === "" ? null : Number(fence);
}

/** @throws Unreadable */
export function recordOf({ subject, position, prev, data }: Stored): LogRecord {
  const room = roomOf(subject);
  // Only our writers fence, and a record without a fence may have come between two that were fenced.
  if (prev === null) throw new Unreadable(room, position, "foreign", data);
  const { epoch, from, count, at, frame, server } = decodeRecord(room, position, data);
  return { epoch, from, count, at, frame, server, room, position, prev };
}

/** Up to the first one that can't be read. @throws Unreadable when that is the first of all */
export function readable(stored: readonly Stored[]): LogRecord[] {
  const records: LogRecord[] = [];
  for (const message of stored) {
    try {
      records.push(recordOf(message));
    } catch (error) {
      if (!(error instanceof Unreadable) || records.length === 0) throw error;
      break;
    }
  }
  return records;
}

export function headOf(stored: Stored | null): Head {
  if (stored === null) return { position: 0, seq: 0 };
  try {
    const { position, from, count } = recordOf(stored);
    return { position, seq: from + count - 1 };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { position: stored.position, seq: 0 };
  }
}
