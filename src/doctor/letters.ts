import type { Finding } from "./finding.ts";

/** @param count records that a reader put aside: each holds up its room */
export function lettersFinding(count: number): Finding | null {
  if (count === 0) return null;
  const one = count === 1;
  return {
    wrong: `${count} ${one ? "record" : "records"} of the log can't be applied to history`,
    means: `${one ? "its room's" : "their rooms'"} later messages reach no page and no count, and after 3 days ${one ? "that room takes" : "those rooms take"} no more`,
    fix: "`starling dead list` names them; what a newer version wrote lands after the upgrade",
  };
}
