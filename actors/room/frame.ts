/**
 * The two parts of a record. The *frame* is what clients get, serialised once in a message's life:
 *
 *     {"t":"events","room":…,"epoch":…,"from":…,"events":[⏎{…},⏎{…}⏎]}
 *
 * A raw line break stands before each event and before the closing bracket. That is legal JSON, and
 * JSON.stringify never emits one, so that splitting at line breaks gives the lines back.
 * The *server part* is never sent: who sent each line, under which cid, and which cids are closed.
 */
import type { Cid, ConnectionId, Epoch, LogRecord, Millis, RoomId, Seq, UserId } from "../ports.ts";
import type { StampedEvent, Stub, Tombstone, Void } from "./events.ts";

/** What the server knows of one line. `n`: events of the command that starts here. */
export interface Part {
  by: UserId;
  cid?: Cid;
  hash?: string;
  origin?: ConnectionId;
  n?: number;
}

export interface ClosedCid {
  by: UserId;
  cid: Cid;
  hash: string;
}

/** Raised when a record means something that this version would misread. */
const recordFormat = 1;

/** Written by a newer version: this node must not own the room. */
export class NewerFormat extends Error {
  override name = "NewerFormat";
}

export interface ServerPart {
  format: number;
  parts: Part[];
  closed?: ClosedCid[];
}

export interface Viewer {
  user: UserId;
  /** null: not live (a page over HTTP). */
  connection: ConnectionId | null;
}

/** A comma and a line break. */
const between = 2;

/** Builds a frame from serialised lines. */
export function frameOf(room: RoomId, epoch: Epoch, from: Seq, lines: readonly string[]): string {
  return `{"t":"events","room":"${room}","epoch":"${epoch}","from":${from},"events":[\n${lines.join(",\n")}\n]}`;
}

/** The serialised lines of a frame, in order. */
export function linesOf(frame: string): string[] {
  if (frame === "") return [];
  const lines = frame.split("\n");
  const events: string[] = [];
  for (let i = 1; i < lines.length - 1; i++) {
    const line = lines[i] as string;
    events.push(i < lines.length - 2 ? line.slice(0, -1) : line);
  }
  return events;
}

export function lineOf(event: StampedEvent | Tombstone): string {
  return JSON.stringify(event);
}

export function eventOf(line: string): StampedEvent | Tombstone {
  return JSON.parse(line) as StampedEvent | Tombstone;
}

export function serverOf(part: Omit<ServerPart, "format">): string {
  return JSON.stringify({ format: recordFormat, ...part });
}

/** @throws NewerFormat when this version would misread the record */
export function partsOf(record: Pick<LogRecord, "room" | "server">): ServerPart {
  assertFormat(record);
  return JSON.parse(record.server) as ServerPart;
}

/** Without parsing: the format always stands first. @throws NewerFormat */
export function assertFormat({ room, server }: Pick<LogRecord, "room" | "server">): void {
  const format = /^\{"format":(\d+)/.exec(server)?.[1];
  if (Number(format) > recordFormat) throw new NewerFormat(`record format ${format} in room ${room}`);
}

export function voidOf(first: Seq, last: Seq): string {
  return `{"void":[${first},${last}]}`;
}

/** What a client may find in `events`. */
export type Entry = ((StampedEvent | Tombstone) & { cid?: Cid }) | Stub | Void;

/** True when this viewer gets something else than the bare line. */
export function differs(part: Part, viewer: Viewer): boolean {
  return part.cid !== undefined && part.by === viewer.user;
}

/** A stub has the line's seq and at, which stand before this. */
const afterStub = ',"ord":';

/**
 * What one viewer gets of a line that it may see: the stub for the connection that sent it, the line
 * with its cid for the sender's other connections, the bare line for all others.
 */
export function view(line: string, part: Part, viewer: Viewer): string {
  if (part.cid === undefined || part.by !== viewer.user) return line;
  if (part.origin !== undefined && part.origin === viewer.connection) {
    return `${line.slice(0, line.indexOf(afterStub))},"cid":"${part.cid}"}`;
  }
  return `${line.slice(0, -1)},"cid":"${part.cid}"}`;
}

/** What one viewer gets of the frame of these lines. All that lies between the lines it sent is taken over as it is. */
export function viewFrame(
  frame: string,
  lines: readonly { line: string; part: Part }[],
  viewer: Viewer,
): string {
  let viewed = "";
  let taken = 0;
  let at = frame.indexOf("\n") + 1;
  for (const { line, part } of lines) {
    if (differs(part, viewer)) {
      viewed += frame.slice(taken, at) + view(line, part, viewer);
      taken = at + line.length;
    }
    at += line.length + between;
  }
  return viewed + frame.slice(taken);
}

const head = /^\{"seq":(\d+),"at":(\d+),"ord":(\d+)/;

/** seq, at and ord of a line without parsing it: they always stand first. */
export function headOf(line: string): { seq: Seq; at: Millis; ord: number } {
  const found = head.exec(line);
  if (!found) throw new Error("a line must begin with seq, at and ord");
  return { seq: Number(found[1]), at: Number(found[2]), ord: Number(found[3]) };
}
