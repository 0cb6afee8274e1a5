/** C15: what was taken is given back. */
import type { Report } from "../../../test/sim/check/violation.ts";
import type { Level } from "./evidence.ts";

export function checkLevels(levels: readonly Level[], report: Report): void {
  for (const { node, what, before, after, most } of levels) {
    if (after > most) report("C15", `node ${node} has ${after} ${what}, ${before} before, ${most} at most`);
  }
}
