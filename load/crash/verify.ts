/** What must hold of a data folder after any crash. */
import { Database } from "bun:sqlite";
import {
  Fenced,
  type Log,
  type LogRecord,
  type Position,
  type RoomId,
  type Store,
} from "../../actors/ports.ts";
import { databaseFile, type Embedded, openEmbedded } from "../../src/store/sqlite/open.ts";
import type { Ack } from "./acks.ts";
import { isWhole, recordOf, rooms } from "./records.ts";

export interface Verdict {
  /** What is wrong; empty when all holds. */
  faults: string[];
  /** Events in the log. */
  events: number;
  /** Appended, but not acknowledged: allowed. From now on they must stay: somebody has seen them. */
  unacked: number;
}

/**
 * Opens the folder as the next process would, checks it against what was acknowledged, and closes it.
 * @param note takes what the check saw or appended itself, and what the next check therefore must find
 */
export async function verify(dir: string, acks: readonly Ack[], note: (ack: Ack) => void): Promise<Verdict> {
  const faults: string[] = [];
  const fatal = (reason: string) => void faults.push(`it ended itself: ${reason}`);
  let embedded: Embedded;
  try {
    embedded = await openEmbedded({ dir, fatal });
  } catch (error) {
    return { faults: [`it doesn't open: ${error}`], events: 0, unacked: 0 };
  }
  await using opened = embedded;
  const records = await Promise.all(rooms.map((room) => recordsOf(opened.log, room, faults)));
  const all = records.flat();
  faults.push(...integrityOf(dir), ...missingIn(all, acks));
  faults.push(...(await storeFaults(opened.store, all, acks)));
  for (const room of rooms) faults.push(...(await fenceFaults(opened.log, room, note)));
  const events = all.reduce((sum, { count }) => sum + count, 0);
  const told = new Set(acks.map((ack) => (ack.t === "appended" ? ack.position : 0)));
  const unacked = all.filter(({ position }) => !told.has(position));
  for (const { room, position, from, count } of unacked) note({ t: "appended", room, position, from, count });
  return { faults, events, unacked: unacked.length };
}

/** The records of a room; notes holes, torn records and a head that lies elsewhere. */
async function recordsOf(log: Log, room: RoomId, faults: string[]): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  let [position, seq] = [0, 0];
  for (;;) {
    const page = await log.tail(room, position, 1_000_000);
    if (page.length === 0) break;
    for (const record of page) {
      if (record.prev !== position)
        faults.push(`${room}: record ${record.position} doesn't follow ${position}`);
      if (record.from !== seq + 1) faults.push(`${room}: seq ${record.from} after ${seq}`);
      if (!isWhole(record)) faults.push(`${room}: record ${record.position} is torn`);
      position = record.position;
      seq = record.from + record.count - 1;
    }
    records.push(...page);
  }
  const [head] = await log.heads([room]);
  if (head?.position !== position || head.seq !== seq) {
    faults.push(`${room}: head ${JSON.stringify(head)}, but the last record is ${position} with seq ${seq}`);
  }
  return records;
}

function missingIn(records: readonly LogRecord[], acks: readonly Ack[]): string[] {
  const place = ({ room, from, count }: Pick<LogRecord, "room" | "from" | "count">) =>
    `${room}/${from}+${count}`;
  const positions = new Map<string, Set<Position>>();
  for (const record of records) {
    const known = positions.get(place(record)) ?? new Set();
    positions.set(place(record), known.add(record.position));
  }
  return acks.flatMap((ack) => {
    if (ack.t !== "appended") return [];
    // A careless writer acknowledges before there is a position.
    const found = ack.position < 0 ? positions.has(place(ack)) : positions.get(place(ack))?.has(ack.position);
    return found ? [] : [`acknowledged but lost: ${place(ack)} at ${ack.position}`];
  });
}

async function storeFaults(
  store: Store,
  records: readonly LogRecord[],
  acks: readonly Ack[],
): Promise<string[]> {
  const faults: string[] = [];
  const checkpoint = await store.projection.checkpoint(0);
  for (const ack of acks) {
    if (ack.t === "stored" && (await store.secrets.get(ack.name)) !== ack.name)
      faults.push(`lost: ${ack.name}`);
    if (ack.t === "projected" && checkpoint < ack.position)
      faults.push(`checkpoint fell below ${ack.position}`);
    if (ack.t === "read") {
      const [mark] = await store.receipts.ofUser("reader", [ack.room]);
      if ((mark?.read ?? 0) < ack.seq) faults.push(`${ack.room}: the read mark fell below ${ack.seq}`);
    }
  }
  for (const room of rooms) {
    const projected = records.filter((record) => record.room === room && record.position <= checkpoint);
    const upTo = projected.reduce((sum, { count }) => sum + count, 0);
    const stored = await store.messages.range(room, 1, upTo, upTo);
    if (stored.length !== upTo) faults.push(`${room}: ${upTo} projected, ${stored.length} there`);
  }
  return faults;
}

/** One append with the head's position goes through, any other doesn't. */
async function fenceFaults(log: Log, room: RoomId, note: (ack: Ack) => void): Promise<string[]> {
  const [head = { position: 0, seq: 0 }] = await log.heads([room]);
  const next = recordOf(room, head.seq + 1, 0);
  const wrong = await log.append(room, head.position + 1, next).catch((error: unknown) => error);
  if (!(wrong instanceof Fenced)) return [`${room}: an append with a wrong position was not fenced`];
  const right = await log.append(room, head.position, next).catch((error: unknown) => error);
  if (typeof right !== "number") return [`${room}: the right append failed: ${right}`];
  note({ t: "appended", room, position: right, from: next.from, count: next.count });
  return right > head.position ? [] : [`${room}: position ${right} was given twice`];
}

function integrityOf(dir: string): string[] {
  using db = new Database(`${dir}/${databaseFile}`, { readonly: true });
  const rows = db.query<{ integrity_check: string }, []>("PRAGMA integrity_check").all();
  return rows.map((row) => row.integrity_check).filter((line) => line !== "ok");
}
