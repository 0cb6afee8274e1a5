/** One line of the report: a figure, its bar, and whether it holds. */
import { median, short, spread } from "../kit/stats.ts";

export interface Row {
  what: string;
  values: number[];
  /** What the median is held against; null: told for context. */
  bar: { at: "≤" | "≥"; bound: number } | null;
  unit: string;
}

export function row(what: string, unit: string, values: readonly number[], bar: Row["bar"] = null): Row {
  return { what, unit, values: [...values], bar };
}

export function atMost(bound: number): Row["bar"] {
  return { at: "≤", bound };
}

export function atLeast(bound: number): Row["bar"] {
  return { at: "≥", bound };
}

/** A figure that wasn't measured passes no bar. */
export function holds({ values, bar }: Row): boolean {
  if (bar === null) return true;
  const value = median(values);
  return bar.at === "≤" ? value <= bar.bound : value >= bar.bound;
}

export function cells(row: Row): string[] {
  const { what, unit, values, bar } = row;
  const bound = bar === null ? "" : `${bar.at} ${short(bar.bound)}`;
  return [what, spread(values), unit, bound, bar === null ? "" : holds(row) ? "ok" : "miss"];
}
