/** What a run comes to: tables for people, one object for machines. Pure. */
import { type Cell, tableOf } from "../kit/report.ts";
import { rules } from "./check/check.ts";
import type { Level } from "./check/evidence.ts";
import { checkLevels } from "./check/levels.ts";
import { isBad, type Result } from "./run.ts";
import { names, sumOf, type Witnessed, witnesses } from "./witness.ts";

export interface Verdict {
  seed: number;
  rounds: number;
  operations: number;
  acked: number;
  /** Rounds by scenario. */
  faults: Record<string, number>;
  witnessed: Witnessed;
  /** Scenarios that never saw what they must see. */
  missing: string[];
  /** By rule. */
  violations: Record<string, number>;
  errors: string[];
  ok: boolean;
}

export function verdictOf(seed: number, results: readonly Result[], levels: readonly Level[]): Verdict {
  const violations: Record<string, number> = Object.fromEntries(rules.map((rule) => [rule, 0]));
  const count = (rule: string) => {
    violations[rule] = (violations[rule] ?? 0) + 1;
  };
  for (const { rule } of results.flatMap((result) => result.violations)) count(rule);
  checkLevels(levels, count);
  const errors = results.flatMap(({ error, scenario }) =>
    error === null ? [] : [`${scenario.id}: ${error}`],
  );
  const byScenario = Map.groupBy(results, ({ scenario }) => scenario);
  const missing = [...byScenario].flatMap(([{ id, witnesses: wanted }, of]) => {
    const seen = sumOf(of.map(({ witnessed }) => witnessed));
    return wanted.filter((name) => seen[name] === 0).map((name) => `${id} ${name}`);
  });
  const clean =
    errors.length === 0 && missing.length === 0 && Object.values(violations).every((times) => times === 0);
  return {
    ...{ seed, rounds: results.length, violations, errors, missing },
    operations: results.reduce((sum, { operations }) => sum + operations, 0),
    acked: results.reduce((sum, { acked }) => sum + acked, 0),
    faults: Object.fromEntries([...byScenario].map(([{ id }, of]) => [id, of.length])),
    witnessed: sumOf(results.map(({ witnessed }) => witnessed)),
    ok: results.length > 0 && clean,
  };
}

export function reportOf(results: readonly Result[], { witnessed, violations }: Verdict): string {
  const rows = [...Map.groupBy(results, ({ scenario }) => scenario)].map(([{ id, title }, of]): Cell[] => {
    const most = (figure: (result: Result) => number) => Math.round(Math.max(...of.map(figure)));
    return [
      ...[id, title, of.length, of.reduce((sum, { acked }) => sum + acked, 0)],
      ...[most(({ silenceMs }) => silenceMs), most(({ convergedMs }) => convergedMs ?? Number.NaN)],
      of.filter(isBad).length,
    ];
  });
  return [
    tableOf(["fault", "what goes wrong", "rounds", "acked", "silence ms", "rest ms", "failed"], rows),
    tableOf(
      ["witness", "times"],
      names.map((name) => [witnesses[name], witnessed[name]]),
    ),
    tableOf(["rule", "violations"], Object.entries(violations)),
  ].join("\n\n");
}
