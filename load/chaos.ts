/**
 * `npm run chaos -- [--minutes 10] [--seed 1] [--only F1,F3] [--bots 12] [--rooms 4] [--keep DIR]`: three nodes, three
 * nats-servers and a MongoDB replica set, with ways between them that break; people who talk meanwhile; and a checker that
 * forgives nothing. One scenario after another in an order by the seed until the time is over; `--only` plays just those, once.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkLevels } from "./chaos/check/levels.ts";
import { runChaos } from "./chaos/run.ts";
import type { Scenario } from "./chaos/scenario.ts";
import { scenarios } from "./chaos/scenarios/all.ts";
import { reportOf, verdictOf } from "./chaos/verdict.ts";
import { Chance } from "./kit/chance.ts";
import { flagsOf } from "./kit/flags.ts";
import { run, say } from "./kit/report.ts";

await run(async () => {
  const flags = flagsOf(process.argv.slice(2), {
    values: ["minutes", "seed", "only", "bots", "rooms", "keep"],
  });
  const seed = flags.number("seed", 1);
  const only = flags.text("only");
  const end = performance.now() + flags.number("minutes", 10) * 60_000;
  const order = only === null ? shuffled(seed) : named(only.split(","));
  const played = await runChaos({
    ...{ seed, bots: flags.number("bots", 12), rooms: flags.number("rooms", 4) },
    dir: flags.text("keep") ?? join(tmpdir(), "starling-chaos"),
    next: () => (only === null && performance.now() > end ? null : (order.next().value ?? null)),
  });
  if (played === null) return { ok: false, error: "a real part is missing" };
  const { results, levels } = played;
  checkLevels(levels, (rule, what) => say(`${rule} ${what}`));
  const verdict = verdictOf(seed, results, levels);
  console.log(reportOf(results, verdict));
  return verdict;
});

/** All of them, again and again, each time in another order. */
function* shuffled(seed: number): Generator<Scenario, never> {
  const chance = new Chance(seed);
  for (;;) {
    const left = [...scenarios];
    while (left.length > 0) yield* left.splice(chance.between(0, left.length - 1), 1);
  }
}

/** @throws {Error} when there is no such scenario */
function named(ids: readonly string[]): Iterator<Scenario, undefined> {
  const found = ids.map((id) => {
    const scenario = scenarios.find((each) => each.id === id);
    if (scenario !== undefined) return scenario;
    throw new Error(`there is no ${id}; there are ${scenarios.map((each) => each.id).join(" ")}`);
  });
  return found.values();
}
