/** C8 and C12: watermarks rise, and reach only those who are in. */
import type { Heard, History, Mark } from "./history.ts";
import type { Truth } from "./truth.ts";
import type { Report } from "./violation.ts";

export function checkMarks(history: History, truth: Truth, report: Report): void {
  const marks = history.marks.filter(({ room }) => room === truth.room);
  for (const ofUser of Map.groupBy(marks, ({ user }) => user).values()) checkRising(ofUser, report);
  for (const heard of history.heard) {
    if (heard.room === truth.room) checkHeard(heard, { marks, wayMs: history.wayMs }, truth, report);
  }
  for (const { room, user, device, summary } of history.copies) {
    if (room !== truth.room || summary === null) continue;
    const own = marks.filter((mark) => mark.user === user);
    const confirmed = Math.max(0, ...own.map(({ read }) => read));
    const asked = Math.max(0, ...own.filter(({ kind }) => kind === "read").map(({ seq }) => seq));
    if (summary.read < confirmed)
      report("C12", `${device} has read ${summary.read}, though ${confirmed} was confirmed`);
    if (summary.read > asked)
      report("C12", `${device} has read ${summary.read}, though only ${asked} was asked for`);
  }
}

/** An answer is never below one that came before it was asked for. */
function checkRising(marks: readonly Mark[], report: Report): void {
  const answered = marks.filter((mark) => mark.answered !== null);
  for (const { kind, device, seq, read, sighted } of answered) {
    if (kind === "read" && sighted && read < seq) {
      report("C12", `${device} read up to ${seq}, and is told ${read}`);
    }
  }
  for (const later of answered) {
    for (const earlier of answered) {
      if ((earlier.answered ?? 0) >= later.invoked) continue;
      const fell = later.read < earlier.read || later.delivered < earlier.delivered;
      if (fell)
        report(
          "C12",
          `${later.device}: ${later.kind} ${later.seq} went back from ${earlier.read}/${earlier.delivered} to ${later.read}/${later.delivered}`,
        );
    }
  }
}

interface Known {
  marks: readonly Mark[];
  wayMs: number;
}

function checkHeard(heard: Heard, { marks, wayMs }: Known, truth: Truth, report: Report): void {
  const { user, device, kind, seq, about, t } = heard;
  if (!truth.maySee(user, seq, 0, t) && !truth.memberWithin(user, t, t)) {
    report("C8", `${device} heard of ${about} (${kind}) as of ${seq}, after it had left`);
  }
  if (kind === "typing") return;
  const value = Math.max(heard.delivered, heard.read);
  const own = marks.filter((mark) => mark.user === about && mark.invoked <= t);
  if (!own.some((mark) => mark.seq >= value)) {
    report("C12", `${device} heard that ${about} is at ${value}, which nobody set`);
  }
  // It says as of which seq it was set: a feed that is behind that may still send to somebody who is out.
  const recent = own.filter(({ answered }) => answered === null || answered >= t - wayMs);
  if (!recent.some(({ knew, sighted }) => knew <= seq || !sighted)) {
    report("C8", `${device} heard that ${about} is at ${value} as of ${seq}, set by one who knew more`);
  }
}
