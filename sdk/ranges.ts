import type { Seq } from "../actors/ports.ts";

export type Range = [from: Seq, to: Seq];

export type Ranges = ReturnType<typeof createRanges>;

/** A set of seqs as sorted, disjoint, never adjacent ranges. Both ends belong to a range. */
export function createRanges() {
  let ranges: Range[] = [];

  /** What is missing of from…to. */
  function holes(from: Seq, to: Seq): Range[] {
    const found: Range[] = [];
    let next = from;
    for (const [start, end] of ranges) {
      if (start > next && next <= to) found.push([next, Math.min(start - 1, to)]);
      next = Math.max(next, end + 1);
    }
    if (next <= to) found.push([next, to]);
    return found;
  }

  return {
    get all(): readonly Range[] {
      return ranges;
    },

    holes,

    /** Whether all of from…to is here. */
    has: (from: Seq, to: Seq = from): boolean => holes(from, to).length === 0,

    add(from: Seq, to: Seq): void {
      const sorted: Range[] = [...ranges, [from, to] as Range].sort((a, b) => a[0] - b[0]);
      ranges = [];
      for (const range of sorted) {
        const before = ranges.at(-1);
        if (before && range[0] <= before[1] + 1) before[1] = Math.max(before[1], range[1]);
        else ranges.push(range);
      }
    },

    /** Removes everything at or below `to`. */
    dropTo(to: Seq): void {
      ranges = ranges.filter((range) => range[1] > to).map(([from, end]) => [Math.max(from, to + 1), end]);
    },
  };
}
