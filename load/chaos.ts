/**
 * `npm run chaos -- [--minutes 10] [--seed 1] [--only F1,F3] [--bots 12] [--rooms 4] [--keep DIR]`: three nodes, three
 * nats-servers and a MongoDB replica set, each behind a way that breaks; people who talk meanwhile; and a checker that forgives
 * nothing. Rounds follow each other in an order by the seed until the time is over; `--only` plays just those, once each.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rules } from "./chaos/check/check.ts";
import { runChaos } from "./chaos/run.ts";
import type { Scenario } from "./chaos/scenario.ts";
import { scenarios } from "./chaos/scenarios/all.ts";
import { names, sumOf, witnesses } from "./chaos/witness.ts";
import { Chance } from "./kit/chance.ts";
import { flagsOf } from "./kit/flags.ts";
import { run, tableOf } from "./kit/report.ts";

await run(async () => {
  const flags = flagsOf(process.argv.slice(2), {
    values: ["minutes", "seed", "only", "bots", "rooms", "keep"],
  });
  const seed = flags.number("seed", 1);
  const only = flags.text("only")?.split(",");
  const end = performance.now() + flags.number("minutes", 10) * 60_000;
  const order = only === undefined ? shuffled(seed) : once(only);
  const outcomes = await runChaos({
    ...{ seed, bots: flags.number("bots", 12), rooms: flags.number("rooms", 4), mongo: 3 },
    dir: flags.text("keep") ?? join(tmpdir(), "starling-chaos"),
    next: () => (only === undefined && performance.now() > end ? null : (order.next().value ?? null)),
  });
  if (outcomes === null) return { ok: false, error: "a real part is missing" };
  const byKind = Map.groupBy(outcomes, ({ scenario }) => scenario);
  const faults = [...byKind].map(([{ id, title }, of]) => {
    const bad = of.filter(({ violations, error }) => violations.length > 0 || error !== null).length;
    const acked = of.reduce((sum, outcome) => sum + outcome.acked, 0);
    const silence = Math.max(...of.map(({ evidence }) => evidence.silenceMs));
    return [id, title, of.length, acked, Math.round(silence), bad];
  });
  console.log(
    tableOf(["fault", "what goes wrong", "rounds", "acked", "longest silence, ms", "failed"], faults),
  );
  const witnessed = sumOf(outcomes.map((outcome) => outcome.witnessed));
  console.log(
    tableOf(
      ["witness", "times"],
      names.map((name) => [witnesses[name], witnessed[name]]),
    ),
  );
  const violations = Object.fromEntries(rules.map((rule) => [rule, 0]));
  for (const { rule } of outcomes.flatMap((outcome) => outcome.violations))
    violations[rule] = (violations[rule] ?? 0) + 1;
  const errors = outcomes.flatMap(({ error, scenario }) =>
    error === null ? [] : [`${scenario.id}: ${error}`],
  );
  const missing = [...byKind.keys()].flatMap(({ id, witnesses: wanted }) => {
    const seen = sumOf(
      (byKind.get(scenarios.find((scenario) => scenario.id === id) as Scenario) ?? []).map(
        (of) => of.witnessed,
      ),
    );
    return wanted.filter((name) => seen[name] === 0).map((name) => `${id} ${name}`);
  });
  const operations = outcomes.reduce((sum, outcome) => sum + outcome.operations, 0);
  const ok =
    outcomes.length > 0 &&
    errors.length === 0 &&
    missing.length === 0 &&
    Object.values(violations).every((count) => count === 0);
  return { seed, rounds: outcomes.length, operations, witnessed, missing, violations, errors, ok };
});

function* shuffled(seed: number): Generator<Scenario, never> {
  const chance = new Chance(seed);
  for (;;) {
    const left = [...scenarios];
    while (left.length > 0) yield* left.splice(chance.between(0, left.length - 1), 1);
  }
}

function* once(ids: readonly string[]): Generator<Scenario> {
  for (const id of ids) {
    const scenario = scenarios.find((each) => each.id === id);
    if (scenario === undefined)
      throw new Error(`there is no ${id}; there are ${scenarios.map((each) => each.id).join(" ")}`);
    yield scenario;
  }
}
