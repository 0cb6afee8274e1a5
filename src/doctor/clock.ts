import { limits } from "../../actors/limits.ts";
import type { Finding } from "./finding.ts";

/** Of a clock that others can be compared with. @param aheadMs how far the other one is ahead of ours */
export function clockFinding(aheadMs: number, other: string): Finding | null {
  if (Math.abs(aheadMs) <= limits.cidAheadMs) return null;
  const minutes = Math.max(1, Math.round(Math.abs(aheadMs) / 60_000));
  return {
    wrong: `this machine's clock is ${minutes} min ${aheadMs > 0 ? "behind" : "ahead of"} ${other}`,
    means: "messages carry wrong times, and people whose own clock is right may wait until theirs are taken",
    fix: "let a time service set the clocks of all machines",
  };
}
