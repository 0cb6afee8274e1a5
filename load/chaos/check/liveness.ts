/** C14: nothing waits for ever, and all is well soon after the last fault. */
import type { Report } from "../../../test/sim/check/violation.ts";
import type { Evidence } from "./evidence.ts";

export function checkLiveness({ convergedMs, late, silenceMs, bounds }: Evidence, report: Report): void {
  if (convergedMs === null) {
    report("C14", `not everybody got everything after the last fault: ${late.join("; ")}`);
  } else if (convergedMs > bounds.convergedMs) {
    report(
      "C14",
      `everybody had everything ${seconds(convergedMs)} after the last fault, not ${seconds(bounds.convergedMs)}`,
    );
  }
  if (silenceMs > bounds.silenceMs) {
    report(
      "C14",
      `nobody's command was acked for ${seconds(silenceMs)}; ${seconds(bounds.silenceMs)} are allowed`,
    );
  }
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
