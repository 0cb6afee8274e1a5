/** The longest time in which commands waited for their acks and none came. Pure. */
import type { Command } from "../../../test/sim/check/history.ts";

type Times = Pick<Command, "invoked" | "answered" | "phase">;

/** Commands that got no answer don't count: their sender may have seen them land, or be gone. */
export function longestSilence(commands: readonly Times[]): number {
  const acked = commands.flatMap(({ invoked, answered, phase }) =>
    phase === "ok" && answered !== null ? [{ invoked, answered }] : [],
  );
  const ends = acked.map(({ answered }) => answered).sort((a, b) => a - b);
  let longest = 0;
  let [waiting, last] = [[...acked].sort((a, b) => a.invoked - b.invoked), Number.NEGATIVE_INFINITY];
  for (const end of ends) {
    // Who waited longest of those that still wait at this ack.
    waiting = waiting.filter(({ answered }) => answered >= end);
    longest = Math.max(longest, end - Math.max(last, waiting[0]?.invoked ?? end));
    last = end;
  }
  return longest;
}
