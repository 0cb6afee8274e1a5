import type { Seq } from "../actors/ports.ts";

/** Both ends belong to it. A set of seqs is a list of them: sorted, disjoint, never adjacent. */
export type Range = readonly [from: Seq, to: Seq];

/** The set with from…to. */
export function withRange(ranges: readonly Range[], from: Seq, to: Seq): Range[] {
  const all: [Seq, Seq][] = [];
  for (const [start, end] of [...ranges, [from, to] as const].sort((a, b) => a[0] - b[0])) {
    const before = all.at(-1);
    if (before && start <= before[1] + 1) before[1] = Math.max(before[1], end);
    else all.push([start, end]);
  }
  return all;
}

/** What the set lacks of from…to. */
export function holesIn(ranges: readonly Range[], from: Seq, to: Seq): Range[] {
  const holes: Range[] = [];
  let next = from;
  for (const [start, end] of ranges) {
    if (start > next && next <= to) holes.push([next, Math.min(start - 1, to)]);
    next = Math.max(next, end + 1);
  }
  if (next <= to) holes.push([next, to]);
  return holes;
}
