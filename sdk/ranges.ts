import type { Seq } from "../actors/ports.ts";

export type Range = [from: Seq, to: Seq];

/** A set of seqs as sorted, disjoint, never adjacent ranges. Both ends belong to a range. */
export class Ranges {
  #ranges: Range[] = [];

  get all(): readonly Range[] {
    return this.#ranges;
  }

  add(from: Seq, to: Seq): void {
    const newest = this.#ranges.at(-1);
    if (newest && newest[0] <= from && from <= newest[1] + 1) {
      // Live events: by far the most frequent case.
      newest[1] = Math.max(newest[1], to);
      return;
    }
    const merged: Range = [from, to];
    const rest: Range[] = [];
    for (const range of this.#ranges) {
      if (range[1] < from - 1 || range[0] > to + 1) rest.push(range);
      else {
        merged[0] = Math.min(merged[0], range[0]);
        merged[1] = Math.max(merged[1], range[1]);
      }
    }
    this.#ranges = [...rest, merged].sort((a, b) => a[0] - b[0]);
  }

  /** Removes everything at or below `to`. */
  dropTo(to: Seq): void {
    this.#ranges = this.#ranges
      .filter((range) => range[1] > to)
      .map(([from, end]) => [Math.max(from, to + 1), end]);
  }

  has(seq: Seq): boolean {
    return this.#ranges.some(([from, to]) => from <= seq && seq <= to);
  }

  covers(from: Seq, to: Seq): boolean {
    return from > to || this.#ranges.some((range) => range[0] <= from && to <= range[1]);
  }

  /** What is missing of from…to. */
  holes(from: Seq, to: Seq): Range[] {
    const holes: Range[] = [];
    let next = from;
    for (const [start, end] of this.#ranges) {
      if (start > to) break;
      if (start > next) holes.push([next, start - 1]);
      next = Math.max(next, end + 1);
    }
    if (next <= to) holes.push([next, to]);
    return holes;
  }
}
