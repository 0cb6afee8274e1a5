/** A cluster, people, and one scenario after another. */
import { say } from "../kit/report.ts";
import { Arena } from "./arena.ts";
import type { Level } from "./check/evidence.ts";
import { keep } from "./keep.ts";
import { descriptors, levelsAfter } from "./levels.ts";
import { type Outcome, playRound } from "./round.ts";
import type { Scenario } from "./scenario.ts";

export interface RunOptions {
  seed: number;
  bots: number;
  rooms: number;
  /** Where rounds that failed are kept. */
  dir: string;
  /** What comes next; null: no more. */
  next: () => Scenario | null;
}

/** What is left of a round: its history would fill the memory. */
export type Result = Omit<Outcome, "evidence"> & { silenceMs: number; convergedMs: number | null };

/** MongoDB's members: one may be away. */
const mongo = 3;
const shown = 5;

/** null, and a loud line, when a real part is missing. */
export async function runChaos(options: RunOptions): Promise<{ results: Result[]; levels: Level[] } | null> {
  const { seed, bots, rooms, dir, next } = options;
  await using arena = await Arena.start({ seed, mongo });
  if (arena === null) return null;
  const before = descriptors(arena);
  await arena.populate(bots);
  const results: Result[] = [];
  for (let scenario = next(); scenario !== null; scenario = next()) {
    const outcome = await playRound(arena, scenario, rooms);
    tell(results.length, outcome);
    const { evidence, ...rest } = outcome;
    if (isBad(rest)) say(`kept in ${keep(dir, seed, results.length, arena, outcome)}`);
    const { silenceMs, convergedMs } = evidence;
    results.push({ ...rest, silenceMs, convergedMs });
  }
  await arena.dismiss();
  return { results, levels: await levelsAfter(arena, before) };
}

export const isBad = ({ violations, error }: Pick<Outcome, "violations" | "error">): boolean =>
  violations.length > 0 || error !== null;

function tell(round: number, { scenario, operations, acked, violations, error, evidence }: Outcome): void {
  const silence = `longest silence ${Math.round(evidence.silenceMs)} ms`;
  const rest =
    evidence.convergedMs === null ? "no rest" : `at rest after ${Math.round(evidence.convergedMs)} ms`;
  say(
    `round ${round} ${scenario.id}: ${operations} operations, ${acked} acked, ${silence}, ${rest}, ${violations.length} violations`,
  );
  if (error !== null) say(`  ${error}`);
  for (const { rule, what } of violations.slice(0, shown)) say(`  ${rule} ${what.slice(0, 300)}`);
}
