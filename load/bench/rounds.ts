/** Rounds in which both are measured right after each other, so that a noisy minute hits both. */
import { say } from "../kit/report.ts";
import { quantile } from "../kit/stats.ts";
import type { Side, Window } from "./side.ts";

export interface Gate {
  /** At which quantile of the slips the bound holds; 1 = the worst one. */
  quantile: number;
  boundMs: number;
}

export interface Pair {
  floor: Window;
  starling: Window;
}

export interface Rounds {
  pairs: Pair[];
  /** Pairs that don't count since a send left too late. */
  voids: number;
  /** More than 30 % of the pairs were void: the machine is too busy to say anything. */
  noisy: boolean;
  faults: string[];
}

/** Void isn't "again until it is pretty": this many of all pairs at most. */
const voidShareMax = 0.3;

export async function interleave(
  rounds: number,
  gate: Gate,
  floor: Side,
  starling: Side,
  schedule: Parameters<Side["window"]>[0],
): Promise<Rounds> {
  const found: Rounds = { pairs: [], voids: 0, noisy: false, faults: [] };
  const tries = Math.ceil(rounds / (1 - voidShareMax));
  while (found.pairs.length < rounds && found.pairs.length + found.voids < tries) {
    const pair = { floor: await floor.window(schedule), starling: await starling.window(schedule) };
    const late = Object.values(pair).map(({ slipsMs }) => quantile(slipsMs, gate.quantile));
    found.faults.push(...pair.floor.faults.map((fault) => `floor: ${fault}`), ...pair.starling.faults);
    if (Math.max(...late) > gate.boundMs) {
      found.voids++;
      say(`  void: sends left ${late.map((ms) => ms.toFixed(1)).join(" and ")} ms late`);
    } else found.pairs.push(pair);
  }
  found.noisy = found.pairs.length < rounds;
  return found;
}

/** Starling's figure over the floor's, pair by pair. */
export function ratios(pairs: readonly Pair[], figure: (window: Window) => number): number[] {
  return pairs.map((pair) => figure(pair.starling) / figure(pair.floor));
}
