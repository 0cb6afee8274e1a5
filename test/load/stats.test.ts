import { expect, test } from "bun:test";
import { median, quantile, slope } from "../../load/kit/stats.ts";

test("the median of an even number of values lies between the two in the middle", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([3, 1, 2])).toBe(2);
});

test("a quantile is one of the values", () => {
  expect(quantile([10, 30, 20], 0.5)).toBe(20);
  expect(quantile([10, 30, 20], 0.99)).toBe(30);
});

test("a slope is that of the line through the points, wherever they start and however they are spaced", () => {
  const points = [2, 3, 7, 12].map((x) => ({ x, y: 100 - 4 * x }));
  expect(slope(points)).toBeCloseTo(-4, 12);
});

test("points beside the line weigh the more the farther they are from the middle", () => {
  expect(slope([0, 1, 2, 3].map((x) => ({ x, y: x === 3 ? 4 : x })))).toBeCloseTo(1.3, 12);
});

test("nothing to measure is no figure", () => {
  expect(median([])).toBeNaN();
  expect(quantile([], 0.5)).toBeNaN();
  expect(slope([{ x: 1, y: 1 }])).toBeNaN();
});
