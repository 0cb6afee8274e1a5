/** C5, C6, C8: every single thing that reached a device. */
import type { Seq } from "../../../actors/ports.ts";
import type { History, Seen } from "./history.ts";
import type { Line, Truth } from "./truth.ts";
import type { Report } from "./violation.ts";

export function checkSeen(history: History, truth: Truth, report: Report): void {
  const here = history.seen.filter(({ room }) => room === truth.room);
  checkOrder(here, report);
  checkDeletions(here, truth, report);
  for (const seen of here) {
    if (seen.is !== "void" && seen.is !== "start") checkEntry(seen, truth, report);
  }
  for (const read of history.reads) {
    if (read.room !== truth.room) continue;
    for (const seq of read.fields.flatMap(({ by }) => by)) {
      if (truth.maySee(read.user, seq, read.invoked, read.answered)) continue;
      report("C8", `a page shows ${read.device} what ${seq} did`);
    }
  }
}

/** C6: on one connection each seq follows the one before, or the agreed point. Repeats are the client's to ignore. */
function checkOrder(seen: readonly Seen[], report: Report): void {
  const reached = new Map<string, Seq>();
  for (const { path, is, connection, seq, to, device } of seen) {
    if (path !== "live") continue;
    const before = reached.get(connection) ?? 0;
    if (is !== "start" && seq > before + 1)
      report("C6", `${device} got ${seq} after ${before} on ${connection}`);
    reached.set(connection, Math.max(before, to));
  }
}

/** C13, in passing: once a deletion is known where a read is answered, the content is gone. */
function checkDeletions(seen: readonly Seen[], truth: Truth, report: Report): void {
  /** When each node first sent a deletion to anybody. */
  const known = new Map<string, number>();
  for (const { t, node, seq, is, path } of seen) {
    const isDeletion = is === "event" && truth.line(seq)?.event.kind === "deleted";
    if (path === "live" && isDeletion && !known.has(`${node} ${seq}`)) known.set(`${node} ${seq}`, t);
  }
  for (const { is, seq, path, asked, node, device, connection, sighted } of seen) {
    const gone = truth.deletion.get(seq);
    if (is !== "event" || gone === undefined || !sighted) continue;
    const since = path === "history" ? truth.line(gone)?.t : known.get(`${node} ${gone}`);
    if (since !== undefined && since < asked) {
      report("C13", `${device} got the text of ${seq} on ${connection}, deleted by ${gone} before`);
    }
  }
}

function checkEntry(seen: Seen, truth: Truth, report: Report): void {
  const { seq, device, t, path } = seen;
  const line = truth.line(seq);
  if (line === undefined || line.notBefore > t) {
    report("C5", `${device} got ${seq} before it was durable`);
    return;
  }
  if (!same(seen, line, truth)) report("C5", `${device} got something else at ${seq} (${path} ${seen.is})`);
  if (seen.cid !== null && line.by !== seen.user) report("C8", `${device} got another's cid at ${seq}`);
  if (!truth.maySee(seen.user, seq, seen.asked, t)) report("C8", `${device} got ${seq} by ${path}`);
}

function same({ is, seq, line: got, cid }: Seen, line: Line, truth: Truth): boolean {
  switch (is) {
    case "event":
      return got === line.text && (cid === null || cid === line.cid);
    case "stub":
      return cid === line.cid;
    case "tombstone": {
      const deleted = truth.deletion.get(seq);
      const { at, ord, by } = line.event;
      return got === JSON.stringify({ seq, at, ord, by, kind: "tombstone", deleted });
    }
    case "void":
    case "start":
      return true;
  }
}
