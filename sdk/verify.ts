/** P4, proved from the outside: every seq of a room is an event, a tombstone or a void, and ours equal the server's. */
import type { Seq } from "../actors/ports.ts";
import type { Entry } from "../actors/room/frame.ts";
import type { Verdict } from "./api.ts";
import { endsOf, type Kept, type Page } from "./entry.ts";
import type { Host } from "./host.ts";
import { gapMs, pageMax, requestMs } from "./limits.ts";
import type { RoomLog } from "./room-log.ts";

type Needs = Pick<Host, "platform" | "request">;

/** Looks twice before it accuses: an event may be deleted between our page and its tombstone's arrival. */
export async function verify(room: string, log: RoomLog, host: Needs): Promise<Verdict> {
  const first = await look(room, log, host);
  if (first.ok) return first;
  const second = await look(room, log, host);
  const faults = second.faults.filter((seq) => first.faults.includes(seq));
  return { ...second, faults, ok: faults.length === 0 };
}

async function look(room: string, log: RoomLog, { platform, request }: Needs): Promise<Verdict> {
  const verdict: Verdict = { ok: true, room, head: 0, events: 0, tombstones: 0, voids: 0, faults: [] };
  const theirs = new Map<Seq, Entry>();
  const twice = new Set<Seq>();
  for (
    let after = 0, page: Page | null = null;
    !page || (after < verdict.head && page.entries.length > 0);
  ) {
    page = (await request("room.history", { room, after, limit: pageMax, known: log.last })) as Page;
    verdict.head ||= page.head;
    for (const entry of page.entries) {
      const [from, to] = endsOf(entry);
      for (let seq = from; seq <= to; seq++) {
        if (theirs.has(seq)) twice.add(seq);
        theirs.set(seq, entry);
      }
      after = to;
    }
  }
  // What the server has may still be on its way to us.
  for (let waitedMs = 0; log.last < verdict.head && waitedMs < requestMs; waitedMs += gapMs) {
    await new Promise<void>((resolve) => platform.after(gapMs, resolve));
  }
  for (let seq = 1; seq <= verdict.head; seq++) {
    const entry = theirs.get(seq);
    const ours = seq <= log.last && (!log.ranges.has(seq) || (entry && same(log.line(seq), entry)));
    if (!entry || !ours || twice.has(seq)) verdict.faults.push(seq);
    else if ("void" in entry) verdict.voids++;
    else if ("kind" in entry && entry.kind === "tombstone") verdict.tombstones++;
    else verdict.events++;
  }
  verdict.ok = verdict.faults.length === 0;
  return verdict;
}

function same(ours: Kept | undefined, theirs: Entry): boolean {
  // "Not for you, or gone": a void may stand where a tombstone was.
  if ("void" in theirs) return ours === undefined || ours.kind === "tombstone";
  return JSON.stringify(plain(ours)) === JSON.stringify(plain(theirs));
}

/** Content in one spelling: keys sorted, without empty lists and what is only for the viewer. */
function plain(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.entries(value)
    .filter(([key, each]) => key !== "cid" && !(Array.isArray(each) && each.length === 0))
    .sort()
    .map(([key, each]) => [key, plain(each)]);
}
