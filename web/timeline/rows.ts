import type { Message, TimelineRow } from "../../sdk/api.ts";
import { isSaid } from "./note-words.ts";

/** What the list draws: the SDK's rows with day lines, the unread line and grouping. */
export type Row =
  | { type: "start"; key: string }
  | { type: "day"; key: string; at: number }
  | { type: "unread"; key: string }
  | { type: "message"; key: string; message: Message; head: boolean; tail: boolean }
  | { type: "note"; key: string; note: Note };

export type Note = Extract<TimelineRow, { type: "note" }>;

interface Options {
  me: string;
  /** Is there more above the first row? */
  hasOlder: boolean;
  /** A seq of the part that is shown; null: the newest part. */
  place: number | null;
  /** The unread line stands before the first message of others above this seq; null: no line. */
  unreadAfter: number | null;
  dayOf: (at: number) => number;
}

/** Messages of one person this close together stand under one name. */
const groupMs = 5 * 60_000;

/**
 * Only what hangs together is shown: the rows from hole to hole. And how a row looks depends on the one
 * before it (its day line, its name), so while there is more above, the first row waits for its
 * predecessor. Hence a row that is shown never changes when older ones arrive, and the list can't jump.
 */
export function arrange(rows: readonly TimelineRow[], options: Options): Row[] {
  const { from, to } = partOf(rows, options.place);
  const more = options.hasOlder || from > 0;
  const shown: Row[] = more ? [] : [{ type: "start", key: "start" }];
  let line = options.unreadAfter;
  let before: TimelineRow | null = null;

  for (const row of rows.slice(from, to)) {
    if (row.type === "hole") continue;
    if (before === null && more) {
      // Is the first unread one among those that aren't here? Then the line isn't here either.
      if (line !== null && (seqOf(row) ?? Infinity) > line) line = null;
      before = row;
      continue;
    }
    if (row.type === "note" && !isSaid(row.event)) continue;
    const newDay = before === null || options.dayOf(timeOf(before)) !== options.dayOf(timeOf(row));
    if (newDay) shown.push({ type: "day", key: `day ${options.dayOf(timeOf(row))}`, at: timeOf(row) });
    const unread = line !== null && isUnread(row, line, options.me);
    if (unread) {
      shown.push({ type: "unread", key: "unread" });
      line = null;
    }
    if (row.type === "note") shown.push({ type: "note", key: row.key, note: row });
    else {
      const head = newDay || unread || !follows(row.message, before);
      const last = shown.at(-1);
      if (!head && last?.type === "message") last.tail = false;
      shown.push({ type: "message", key: row.key, message: row.message, head, tail: true });
    }
    before = row;
  }
  return shown;
}

/** The part of the rows, from hole to hole, that has this seq. */
function partOf(rows: readonly TimelineRow[], place: number | null): { from: number; to: number } {
  const at = rows.findLastIndex(
    (row) => row.type !== "hole" && (place === null || (seqOf(row) ?? Infinity) <= place),
  );
  const next = rows.findIndex((row, index) => index > at && row.type === "hole");
  return {
    from: rows.slice(0, Math.max(at, 0)).findLastIndex((row) => row.type === "hole") + 1,
    to: next < 0 ? rows.length : next,
  };
}

/** What lies next to the part that is shown: where the hole above it ends, and where the one below begins. */
export function holesAround(
  rows: readonly TimelineRow[],
  place: number | null,
): { above: number | null; below: number | null } {
  const { from, to } = partOf(rows, place);
  const above = rows[from - 1];
  const below = rows[to];
  return {
    above: above?.type === "hole" ? above.to : null,
    below: below?.type === "hole" ? below.from : null,
  };
}

/** Whether the part that is shown begins above this seq, while there is more above it. */
export function beginsAfter(
  rows: readonly TimelineRow[],
  { hasOlder, place }: Pick<Options, "hasOlder" | "place">,
  seq: number,
): boolean {
  const { from, to } = partOf(rows, place);
  const first = rows.slice(from, to).find((row) => row.type !== "hole" && seqOf(row) !== null);
  if (first === undefined || first.type === "hole" || (from === 0 && !hasOlder)) return false;
  return (seqOf(first) ?? 0) > seq;
}

/** The newest seq that is shown. */
export function lastSeq(rows: readonly Row[]): number | null {
  const last = rows.findLast((row) => row.type === "message" && row.message.seq !== null);
  return last?.type === "message" ? last.message.seq : null;
}

const timeOf = (row: Exclude<TimelineRow, { type: "hole" }>): number =>
  row.type === "message" ? row.message.at : row.at;

const seqOf = (row: Exclude<TimelineRow, { type: "hole" }>): number | null =>
  row.type === "message" ? row.message.seq : row.seq;

function follows(message: Message, before: TimelineRow | null): boolean {
  if (before?.type !== "message") return false;
  return before.message.by === message.by && message.at - before.message.at < groupMs;
}

function isUnread(row: TimelineRow, after: number, me: string): boolean {
  if (row.type !== "message" || row.message.by === me || row.message.deleted) return false;
  return row.message.seq !== null && row.message.seq > after;
}
