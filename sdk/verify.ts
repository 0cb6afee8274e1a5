/** P4, proved from the outside: every seq of a room is an event, a tombstone or a void, and ours equal the server's. */
import type { Seq } from "../actors/ports.ts";
import type { Entry } from "../actors/room/frame.ts";
import type { Verdict } from "./api.ts";
import { endsOf, type Kept, type Page } from "./entry.ts";
import type { Host } from "./host.ts";
import { gapMs, pageMax, requestMs } from "./limits.ts";
import type { RoomLog } from "./room-log.ts";

export async function verify(
  room: string,
  log: RoomLog,
  host: Pick<Host, "platform" | "request">,
): Promise<Verdict> {
  const theirs = new Map<Seq, Entry>();
  const faults = new Set<Seq>();
  let head = 1;
  let newest = 0;
  for (let after = 0; after < head; ) {
    const page = (await host.request("room.history", {
      room,
      after,
      limit: pageMax,
      known: log.last,
    })) as Page;
    newest = page.head;
    if (after === 0) head = newest;
    if (page.entries.length === 0) break;
    for (const entry of page.entries) {
      const [from, to] = endsOf(entry);
      for (let seq = from; seq <= to; seq++) {
        if (theirs.has(seq)) faults.add(seq);
        theirs.set(seq, entry);
      }
      after = to;
    }
  }
  // What the server knew may still be on its way to us.
  for (let waitedMs = 0; log.last < newest && waitedMs < requestMs; waitedMs += gapMs) {
    await new Promise<void>((resolve) => host.platform.after(gapMs, resolve));
  }
  const verdict: Verdict = { ok: false, room, head, events: 0, tombstones: 0, voids: 0, faults: [] };
  for (let seq = 1; seq <= head; seq++) {
    const entry = theirs.get(seq);
    const here = seq <= log.last && (!log.has(seq) || (entry && same(log.line(seq), entry, head)));
    if (!here || !entry) faults.add(seq);
    else if ("void" in entry) verdict.voids++;
    else if ("deleted" in entry) verdict.tombstones++;
    else verdict.events++;
  }
  verdict.faults = [...faults].sort((a, b) => a - b);
  verdict.ok = faults.size === 0;
  return verdict;
}

/** @param head where the room ended when we began */
function same(ours: Kept | undefined, entry: Entry, head: Seq): boolean {
  // A void may stand where a tombstone was: "not for you, or gone". And a page may not know what was deleted since.
  if (ours?.kind === "tombstone" && ("void" in entry || ours.deleted > head)) return true;
  if ("void" in entry) return !ours;
  // A list of keys makes JSON.stringify spell both in one order, without what is only for the viewer.
  const keys = new Set<string>();
  JSON.stringify([ours, entry], (key, value) => {
    if (key !== "cid") keys.add(key);
    return value;
  });
  return JSON.stringify(ours, [...keys]) === JSON.stringify(entry, [...keys]);
}
