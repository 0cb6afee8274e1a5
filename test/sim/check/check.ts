/** Judges a history by the rules C1–C14 of notes/reliability-security.md §2.3. Pure. */
import { checkCopies, checkPages, checkShown } from "./copies.ts";
import { checkDurable } from "./durable.ts";
import type { History } from "./history.ts";
import { checkMarks } from "./marks.ts";
import { checkReads } from "./reads.ts";
import { checkSeen } from "./seen.ts";
import { Truth } from "./truth.ts";
import type { Violation } from "./violation.ts";

export function check(history: History): Violation[] {
  const found: Violation[] = [];
  const report = (rule: string, what: string) => void found.push({ rule, what });
  for (const log of history.logs) {
    const truth = new Truth(log);
    checkDurable(history, truth, report);
    checkSeen(history, truth, report);
    checkReads(history, truth, report);
    checkMarks(history, truth, report);
    checkCopies(history, truth, report);
    checkPages(history, truth, report);
    checkShown(history, truth, report);
  }
  for (const { user, session, stillOpen } of history.revocations) {
    if (stillOpen > 0)
      report("C8", `${stillOpen} sockets of ${user} live on after session ${session} was ended`);
  }
  for (const what of history.hanging) report("C14", what);
  return found;
}
