/** C4, C7, C12, C13: what everybody holds when everything is at rest. */
import type { Copy, History } from "./history.ts";
import type { Truth } from "./truth.ts";
import type { Report } from "./violation.ts";

export function checkCopies(history: History, truth: Truth, report: Report): void {
  for (const copy of history.copies) {
    if (copy.room !== truth.room) continue;
    const [since, until] = truth.stays(copy.user).at(-1) ?? [1, 0];
    const isMember = until > truth.head;
    // Who was in and out again before a device heard of it has nothing to show.
    if (since > until || (!isMember && copy.last === 0)) continue;
    // A stay that began and ended while nobody told the device isn't pushed: it is there for whoever asks.
    const ends = isMember ? [truth.head] : truth.stays(copy.user).map(([, end]) => end);
    checkWhole(copy, truth, ends.includes(copy.last) ? copy.last : Math.min(truth.head, until), report);
    if (!isMember) continue;
    if (copy.state !== truth.state(copy.user)) {
      report("C13", `${copy.device} shows another room: ${copy.state} instead of ${truth.state(copy.user)}`);
    }
    checkSummary(copy, truth, report);
  }
}

/** C7: all that the user may see, up to the head or to what closed it. */
function checkWhole({ device, user, last, entries }: Copy, truth: Truth, end: number, report: Report): void {
  if (last !== end) {
    report("C7", `${device} of ${truth.room} is at ${last}, not ${end}`);
    return;
  }
  for (const [i, got] of entries.entries()) {
    const seq = i + 1;
    const line = truth.line(seq);
    const right = truth.at(seq, end);
    // A reader of pages gets tombstones whose deletion they may not see.
    const isGone = got === truth.at(seq, truth.head);
    const isOwn = got === `stub:${line?.cid}` && !right.startsWith("tombstone");
    const isRight = truth.sees(user, seq) ? got === right || isGone || isOwn : got !== null;
    if (!isRight) report("C7", `${device} has ${got ?? "nothing"} at ${seq} instead of ${right}`);
  }
}

/** C4 and C12: the head is the head; one read mark for all devices, and what is unread follows from it. */
function checkSummary({ device, user, summary }: Copy, truth: Truth, report: Report): void {
  if (summary === null) {
    report("C4", `${device} gets no summary of ${truth.room}`);
    return;
  }
  const { head, unread, read } = summary;
  if (head !== truth.head)
    report("C4", `${device} is told that ${truth.room} ends at ${head}, not ${truth.head}`);
  const right = truth.unread(user, read);
  if (unread !== right) report("C12", `${device} counts ${unread} unread above ${read}, not ${right}`);
}
