/**
 * Everything of a room after a seq, whole: documents up to the history reader's checkpoint, then the log.
 * Recovery of an actor, resume of a client and repair of a feed all use this one function.
 */

import type { Epoch, Log, LogRecord, Position, RoomId, Seq, Store, StoredEvent } from "../ports.ts";
import type { ClosedCid, Part } from "./frame.ts";
import { eventOf, linesOf, partsOf } from "./frame.ts";
import { tailOf } from "./tail.ts";
import { tombstoneOf } from "./tombstone.ts";

/** One line with what the server knows of it. */
export interface KnownLine {
  seq: Seq;
  line: string;
  part: Part;
}

export interface CaughtUp {
  lines: KnownLine[];
  /** Closed cids in the log tail. Those in documents are covered by `checkpoint`. */
  closed: { closed: ClosedCid; position: Position }[];
  /** Position of the room's last record that was read; 0 if the log holds none above the checkpoint. */
  position: Position;
  /** Documents are complete up to here. */
  checkpoint: Position;
  /** Epoch of the last record read from the log, if any. */
  epoch: Epoch | null;
  /** More is there: ask again after the last line. */
  more: boolean;
}

export type Sources = { log: Log; store: Pick<Store, "messages" | "projection"> };

/** For who reads other documents of the room as well, and first. */
export interface Along {
  /** From before those were read: whatever isn't in them is met in the log. */
  checkpoint: Position;
  /** Told of each line of the log above the checkpoint, in order. */
  met(line: string): void;
}

/** A hole between two sources: nothing is handed out then. */
class Hole extends Error {
  override name = "Hole";
}

/**
 * Lines with seq > after, oldest first, at most `max`. The whole log tail is looked through all the same, so that
 * content whose deletion lies at or below the head is never handed out.
 * @throws Hole when a seq is missing; NewerFormat when a record is not ours to read
 */
export async function catchUp(
  sources: Sources,
  room: RoomId,
  after: Seq,
  max: number,
  along?: Along,
): Promise<CaughtUp> {
  const { log, store } = sources;
  // This order makes it whole: what leaves the log later than this is already in the documents.
  const checkpoint = along?.checkpoint ?? (await store.projection.checkpoint(log.streamOf(room)));
  const documents = await store.messages.range(room, after + 1, Number.MAX_SAFE_INTEGER, max);
  const found: CaughtUp = {
    lines: unbroken(after, documents),
    closed: [],
    position: 0,
    checkpoint,
    epoch: null,
    more: false,
  };
  const gone = new Map<Seq, Seq>();
  await readTail(log, room, after, max, found, (line) => {
    noteDeletion(line, gone);
    along?.met(line);
  });
  consecutive(room, after, found.lines);
  if (gone.size > 0) bury(found.lines, gone);
  return found;
}

/** Documents above the checkpoint may be a part of a bulk that is being written: they count up to the first hole. */
function unbroken(after: Seq, documents: readonly StoredEvent[]): KnownLine[] {
  const lines: KnownLine[] = [];
  for (const { seq, line, by, cid, origin } of documents) {
    if (seq !== after + 1 + lines.length) break;
    const part: Part = { by, ...(cid === null ? {} : { cid }), ...(origin === null ? {} : { origin }) };
    lines.push({ seq, line, part });
  }
  return lines;
}

/** Fills `found` from the log. */
async function readTail(
  log: Log,
  room: RoomId,
  after: Seq,
  max: number,
  found: CaughtUp,
  met: (line: string) => void,
): Promise<void> {
  for await (const records of tailOf(log, room, found.checkpoint)) {
    for (const record of records) {
      take(record, after, max, found, met);
      found.position = record.position;
      found.epoch = record.epoch;
    }
  }
  found.more ||= found.lines.length >= max;
}

function take(
  record: LogRecord,
  after: Seq,
  max: number,
  found: CaughtUp,
  met: (line: string) => void,
): void {
  const { parts, closed } = partsOf(record);
  for (const cid of closed ?? []) found.closed.push({ closed: cid, position: record.position });
  for (const [i, line] of linesOf(record.frame).entries()) {
    const seq = record.from + i;
    met(line);
    if (seq <= (found.lines.at(-1)?.seq ?? after)) continue;
    if (found.lines.length < max) found.lines.push({ seq, line, part: parts[i] as Part });
    else found.more = true;
  }
}

function consecutive(room: RoomId, after: Seq, lines: readonly KnownLine[]): void {
  let last = after;
  for (const { seq } of lines) {
    if (seq !== last + 1) throw new Hole(`room ${room}: seq ${seq} after ${last}`);
    last = seq;
  }
}

/** Adds target → seq if the line is a deletion. */
export function noteDeletion(line: string, gone: Map<Seq, Seq>): void {
  // A quote inside of a text is escaped, so this can't match user content.
  if (!line.includes('"kind":"deleted"')) return;
  const event = eventOf(line);
  if (event.kind === "deleted") gone.set(event.target, event.seq);
}

/** Replaces content whose deletion is known: the targets and their edits. The origin goes, so that nobody gets a stub. */
export function bury(lines: KnownLine[], gone: ReadonlyMap<Seq, Seq>): void {
  for (const known of lines) {
    const deleted = gone.get(known.seq) ?? deletedByTarget(known.line, gone);
    if (deleted === undefined) continue;
    const { origin: _, ...part } = known.part;
    known.part = part;
    known.line = tombstoneOf(known.line, deleted);
  }
}

function deletedByTarget(line: string, gone: ReadonlyMap<Seq, Seq>): Seq | undefined {
  if (!line.includes('"kind":"edited"')) return undefined;
  const event = eventOf(line);
  return event.kind === "edited" ? gone.get(event.target) : undefined;
}
