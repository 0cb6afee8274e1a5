/** P4, proved from the outside: every seq of a room is an event, a tombstone or a void, and ours equal the server's. */
import type { RoomId, Seq } from "../actors/ports.ts";
import type { Entry } from "../actors/room/frame.ts";
import type { Verdict } from "./api.ts";
import * as bounds from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";
import type { Kept, Page, RoomLog } from "./room-log.ts";

interface Host {
  platform: ClientPlatform;
  request(op: string, input: unknown): Promise<unknown>;
}

export async function verify(room: RoomId, log: RoomLog, { platform, request }: Host): Promise<Verdict> {
  const verdict: Verdict = { ok: false, room, head: 0, events: 0, tombstones: 0, voids: 0, faults: [] };
  const faults = new Set<Seq>();
  const ask = async (after: Seq): Promise<Page> =>
    (await request("room.history", { room, after, limit: bounds.pageMax, known: log.last })) as Page;

  let page = await ask(0);
  verdict.head = page.head;
  const theirs = new Map<Seq, Entry>();
  for (let next = 1; next <= verdict.head; page = await ask(next - 1)) {
    const before = next;
    for (const entry of page.entries) {
      const [from, to] = "void" in entry ? entry.void : [entry.seq, entry.seq];
      for (; next < from && next <= verdict.head; next++) faults.add(next);
      for (let seq = from; seq <= Math.min(to, verdict.head); seq++) {
        if (theirs.has(seq)) faults.add(seq);
        theirs.set(seq, entry);
        if ("void" in entry) verdict.voids++;
        else if ("kind" in entry && entry.kind === "tombstone") verdict.tombstones++;
        else verdict.events++;
      }
      next = Math.max(next, to + 1);
    }
    if (next === before) {
      // The server has no more, yet its head says otherwise.
      for (; next <= verdict.head; next++) faults.add(next);
    }
    if (next > verdict.head) break;
  }
  await reached(log, verdict.head, platform);
  for (let seq = log.last + 1; seq <= verdict.head; seq++) faults.add(seq);
  for (const [seq, entry] of theirs) {
    if (seq <= log.last && log.ranges.has(seq) && !same(log.line(seq), entry)) faults.add(seq);
  }
  verdict.faults = [...faults].sort((a, b) => a - b);
  verdict.ok = faults.size === 0;
  return verdict;
}

/** What the server has may still be on its way to us. */
async function reached(log: RoomLog, head: Seq, platform: ClientPlatform): Promise<void> {
  for (let waitedMs = 0; log.last < head && waitedMs < bounds.requestMs; waitedMs += bounds.gapMs) {
    await new Promise<void>((resolve) => platform.after(bounds.gapMs, resolve));
  }
}

function same(ours: Kept | undefined, theirs: Entry): boolean {
  // "Not for you, or gone": a void may stand where something was.
  if ("void" in theirs) return ours === undefined || ours.kind === "tombstone";
  return ours !== undefined && plain(ours) === plain(theirs);
}

/** Content in one spelling: without what is only for the viewer, keys sorted, empty lists as absent ones. */
function plain(entry: object): string {
  const pairs = Object.entries(entry)
    .filter(([key, value]) => key !== "cid" && !(Array.isArray(value) && value.length === 0))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(pairs, (_key, value: unknown) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
