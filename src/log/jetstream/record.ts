/**
 * A record's bytes: one line that says what follows, then the frame, then the server part:
 * `starling/1 <room> <epoch> <from> <count> <at> <bytes of frame> <bytes of server part>\n`.
 * The epoch is empty in a room that was never made: its records only close cids.
 * The line carries the room and both lengths, so that a record under another room's subject and one that was cut off show.
 */
import { type Position, type RecordDraft, type RoomId, Unreadable } from "../../../actors/ports.ts";

const format = 1;
const line = /^starling\/\d+ (\S+) (\S*) (\d+) (\d+) (\d+) (\d+) (\d+)\n/;
/** Longest first line: two ids of 64 and six numbers of 16 digits fit. */
const lineBytesMax = 256;

export function encodeRecord(room: RoomId, draft: RecordDraft): Uint8Array {
  const { epoch, from, count, at, frame, server } = draft;
  const frameBytes = Buffer.byteLength(frame);
  const serverBytes = Buffer.byteLength(server);
  const head = `starling/${format} ${room} ${epoch} ${from} ${count} ${at} ${frameBytes} ${serverBytes}\n`;
  const bytes = Buffer.allocUnsafe(head.length + frameBytes + serverBytes);
  bytes.write(head, "latin1");
  bytes.write(frame, head.length);
  bytes.write(server, head.length + frameBytes);
  return bytes;
}

/** @throws Unreadable */
export function decodeRecord(room: RoomId, position: Position, data: Uint8Array): RecordDraft {
  const unreadable = (why: Unreadable["why"]) => new Unreadable(room, position, why, data);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const start = bytes.toString("latin1", 0, lineBytesMax);
  const version = /^starling\/(\d+) /.exec(start)?.[1];
  if (version === undefined) throw unreadable("foreign");
  if (Number(version) > format) throw unreadable("newer");
  const [head, whose, epoch = "", from, count, at, frameBytes, serverBytes] = line.exec(start) ?? [];
  if (head === undefined) throw unreadable("truncated");
  if (whose !== room) throw unreadable("foreign");
  const frameEnd = head.length + Number(frameBytes);
  if (bytes.length !== frameEnd + Number(serverBytes)) throw unreadable("truncated");
  return {
    epoch,
    from: Number(from),
    count: Number(count),
    at: Number(at),
    frame: bytes.toString("utf8", head.length, frameEnd),
    server: bytes.toString("utf8", frameEnd),
  };
}
