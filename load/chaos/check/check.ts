/** C1–C15 of notes on reliability: the simulator's checker, and what can only be asked of real processes. Pure. */
import { check as checkHistory } from "../../../test/sim/check/check.ts";
import { Truth } from "../../../test/sim/check/truth.ts";
import type { Violation } from "../../../test/sim/check/violation.ts";
import { checkDocuments } from "./documents.ts";
import type { Evidence } from "./evidence.ts";
import { checkLevels } from "./levels.ts";
import { checkLiveness } from "./liveness.ts";

export const rules = Array.from({ length: 15 }, (_, i) => `C${i + 1}`);

export function check(evidence: Evidence): Violation[] {
  const found = checkHistory(evidence.history);
  const report = (rule: string, what: string) => void found.push({ rule, what });
  for (const log of evidence.history.logs) checkDocuments(evidence.documents, new Truth(log), report);
  checkLiveness(evidence, report);
  checkLevels(evidence.levels, report);
  return found;
}
