/** How something grew over time, and how surely that is known. */
import { slope } from "../kit/stats.ts";

export interface Point {
  atMs: number;
  value: number;
}

export interface Slope {
  perHour: number;
  /** Standard error of it. NaN with fewer than three blocks. */
  error: number;
}

/**
 * Least squares through the means of blocks: memory moves in waves of collections, so that neighbouring samples know of each
 * other, and an error made of all of them would be too small.
 */
export function slopeOf(points: readonly Point[], blockMs: number): Slope {
  const blocks = [...Map.groupBy(points, ({ atMs }) => Math.floor(atMs / blockMs)).values()].map((block) => ({
    x: mean(block.map(({ atMs }) => atMs)) / 3_600_000,
    y: mean(block.map(({ value }) => value)),
  }));
  const perHour = slope(blocks);
  const [x, y] = [mean(blocks.map((block) => block.x)), mean(blocks.map((block) => block.y))];
  const rest = sum(blocks.map((block) => (block.y - y - perHour * (block.x - x)) ** 2));
  const spread = sum(blocks.map((block) => (block.x - x) ** 2));
  const free = blocks.length - 2;
  return { perHour, error: free > 0 ? Math.sqrt(rest / free / spread) : Number.NaN };
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
