/** A cluster, people, and a schedule of scenarios: what `npm run chaos` and the smoke tests have in common. */
import { say } from "../kit/report.ts";
import { Arena } from "./arena.ts";
import { keep } from "./keep.ts";
import { type Outcome, playRound } from "./round.ts";
import type { Scenario } from "./scenario.ts";

export interface RunOptions {
  seed: number;
  bots: number;
  rooms: number;
  /** Where failed rounds are kept. */
  dir: string;
  /** What comes next; null: no more. */
  next: (arena: Arena, round: number) => Scenario | null;
  /** Members of MongoDB's replica set. */
  mongo: number;
  /** See ArenaOptions. */
  pace?: number;
}

/** null, and a loud line, when a real part is missing. */
export async function runChaos({
  seed,
  bots,
  rooms,
  dir,
  next,
  mongo,
  pace = 1,
}: RunOptions): Promise<Outcome[] | null> {
  await using arena = await Arena.start({ seed, mongo, pace });
  if (arena === null) return null;
  await arena.populate(bots);
  const outcomes: Outcome[] = [];
  for (let round = 0; ; round++) {
    const scenario = next(arena, round);
    if (scenario === null) return outcomes;
    const outcome = await playRound(arena, scenario, rooms);
    outcomes.push(outcome);
    const { violations, error, operations, acked } = outcome;
    say(
      `round ${round} ${scenario.id}: ${operations} operations, ${acked} acked, ${violations.length} violations`,
    );
    if (violations.length === 0 && error === null) continue;
    if (error !== null) say(error);
    for (const { rule, what } of violations.slice(0, 5)) say(`  ${rule} ${what.slice(0, 300)}`);
    say(`kept in ${keep(dir, seed, round, arena, outcome)}`);
  }
}
