/** Rounds in which all sides are measured right after each other, so that a noisy minute hits all of them. */
import { say } from "../kit/report.ts";
import { quantile } from "../kit/stats.ts";
import type { Side, Window } from "./side.ts";

export interface Gate {
  /** At which quantile of the slips the bound holds; 1 = the worst one. */
  quantile: number;
  boundMs: number;
}

export interface Rounds<Name extends string> {
  rounds: Record<Name, Window>[];
  /** Rounds that don't count since a send left too late. */
  voids: number;
  /** More than 30 % of the rounds were void: the machine is too busy to say anything. */
  noisy: boolean;
  faults: string[];
}

/** Void isn't "again until it is pretty": this many of all rounds at most. */
export const voidShareMax = 0.3;

export async function interleave<Name extends string>(
  count: number,
  gate: Gate,
  sides: Record<Name, Side>,
  schedule: Parameters<Side["window"]>[0],
): Promise<Rounds<Name>> {
  const found: Rounds<Name> = { rounds: [], voids: 0, noisy: false, faults: [] };
  const tries = Math.ceil(count / (1 - voidShareMax));
  while (found.rounds.length < count && found.rounds.length + found.voids < tries) {
    const windows: [string, Window][] = [];
    for (const [name, side] of Object.entries<Side>(sides)) windows.push([name, await side.window(schedule)]);
    const late = windows.map(([, { slipsMs }]) => quantile(slipsMs, gate.quantile));
    found.faults.push(...windows.flatMap(([name, { faults }]) => faults.map((fault) => `${name}: ${fault}`)));
    if (Math.max(...late) > gate.boundMs) {
      found.voids++;
      say(`  void: sends left ${late.map((ms) => ms.toFixed(1)).join(" and ")} ms late`);
    } else found.rounds.push(Object.fromEntries(windows) as Record<Name, Window>);
  }
  found.noisy = found.rounds.length < count;
  return found;
}

/** One side's figure over the other's, round by round. */
export function ratios<Name extends string>(
  rounds: readonly Record<Name, Window>[],
  over: Name,
  under: Name,
  figure: (window: Window) => number,
): number[] {
  return rounds.map((round) => figure(round[over]) / figure(round[under]));
}
