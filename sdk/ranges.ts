import type { Seq } from "../actors/ports.ts";

export type Range = [from: Seq, to: Seq];

/** A set of seqs as sorted, disjoint, never adjacent ranges. Both ends belong to a range. */
export class Ranges {
  #ranges: Range[] = [];

  get all(): readonly Range[] {
    return this.#ranges;
  }

  add(from: Seq, to: Seq): void {
    const sorted: Range[] = [...this.#ranges, [from, to] as Range].sort((a, b) => a[0] - b[0]);
    this.#ranges = [];
    for (const range of sorted) {
      const before = this.#ranges.at(-1);
      if (before && range[0] <= before[1] + 1) before[1] = Math.max(before[1], range[1]);
      else this.#ranges.push(range);
    }
  }

  /** Removes everything at or below `to`. */
  dropTo(to: Seq): void {
    this.#ranges = this.#ranges
      .filter((range) => range[1] > to)
      .map(([from, end]) => [Math.max(from, to + 1), end]);
  }

  /** Whether all of from…to is here. */
  has(from: Seq, to: Seq = from): boolean {
    return this.holes(from, to).length === 0;
  }

  /** What is missing of from…to. */
  holes(from: Seq, to: Seq): Range[] {
    const holes: Range[] = [];
    let next = from;
    for (const [start, end] of this.#ranges) {
      if (start > next && next <= to) holes.push([next, Math.min(start - 1, to)]);
      next = Math.max(next, end + 1);
    }
    if (next <= to) holes.push([next, to]);
    return holes;
  }
}
