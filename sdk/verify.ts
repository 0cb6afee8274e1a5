/** P4, proved from the outside: every seq of a room is an event, a tombstone or a void, and ours equal the server's. */
import type { Seq } from "../actors/ports.ts";
import type { Entry } from "../actors/room/frame.ts";
import type { Verdict } from "./api.ts";
import { endsOf, type Kept, type Page } from "./entry.ts";
import type { Host } from "./host.ts";
import { gapMs, pageMax, requestMs } from "./limits.ts";
import type { RoomLog } from "./room-log.ts";

/** What the server said of a seq, and how far it knew the room when it did. */
interface Said {
  entry: Entry;
  asOf: Seq;
}

export async function verify(
  room: string,
  log: RoomLog,
  { platform, request }: Pick<Host, "platform" | "request">,
): Promise<Verdict> {
  const said = new Map<Seq, Said>();
  const faults = new Set<Seq>();
  let head = 1;
  let asOf = 0;
  for (let after = 0; after < head; ) {
    const page = (await request("room.history", { room, after, limit: pageMax, known: log.last })) as Page;
    asOf = page.head;
    if (after === 0) head = asOf;
    if (page.entries.length === 0) break;
    for (const entry of page.entries) {
      const [from, to] = endsOf(entry);
      for (let seq = from; seq <= to; seq++) {
        if (said.has(seq)) faults.add(seq);
        said.set(seq, { entry, asOf });
      }
      after = to;
    }
  }
  // What the server knew may still be on its way to us.
  for (let waitedMs = 0; log.last < asOf && waitedMs < requestMs; waitedMs += gapMs) {
    await new Promise<void>((resolve) => platform.after(gapMs, resolve));
  }
  const verdict: Verdict = { ok: false, room, head, events: 0, tombstones: 0, voids: 0, faults: [] };
  for (let seq = 1; seq <= head; seq++) {
    const theirs = said.get(seq);
    const here = seq <= log.last && (!log.ranges.has(seq) || (theirs && same(log.line(seq), theirs)));
    if (!here || !theirs) faults.add(seq);
    else if ("void" in theirs.entry) verdict.voids++;
    else if ("deleted" in theirs.entry) verdict.tombstones++;
    else verdict.events++;
  }
  verdict.faults = [...faults].sort((a, b) => a - b);
  verdict.ok = faults.size === 0;
  return verdict;
}

function same(ours: Kept | undefined, { entry, asOf }: Said): boolean {
  // A void may stand where a tombstone was: "not for you, or gone". And what was deleted since then, the page didn't know.
  if (ours?.kind === "tombstone" && ("void" in entry || ours.deleted > asOf)) return true;
  if ("void" in entry) return !ours;
  // A list of keys makes JSON.stringify spell both in one order, without what is only for the viewer.
  const keys = new Set<string>();
  JSON.stringify([ours, entry], (key, value) => {
    if (key !== "cid") keys.add(key);
    return value;
  });
  return JSON.stringify(ours, [...keys]) === JSON.stringify(entry, [...keys]);
}
