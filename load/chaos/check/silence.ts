/** The longest time in which commands waited and none was acked. Pure. */
import type { Command } from "../../../test/sim/check/history.ts";

type Times = Pick<Command, "invoked" | "answered" | "phase">;

export function longestSilence(commands: readonly Times[], end: number): number {
  const changes = commands.flatMap(
    ({ invoked, answered, phase }): { t: number; open: number; ack: boolean }[] => [
      { t: invoked, open: 1, ack: false },
      { t: answered ?? end, open: -1, ack: phase === "ok" },
    ],
  );
  let [open, since, longest] = [0, 0, 0];
  for (const change of changes.sort((a, b) => a.t - b.t)) {
    if (open > 0 && (change.ack || open + change.open === 0)) {
      longest = Math.max(longest, change.t - since);
      since = change.t;
    }
    if (open === 0) since = change.t;
    open += change.open;
  }
  return longest;
}
