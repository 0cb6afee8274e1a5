/**
 * Checks the checks: plants bugs, one at a time, and expects the named check to see each. Two changes that mean nothing must
 * survive.
 *
 *     mutants [--cluster] [--only NAME] [--full]
 *
 * A mutant fails when it is stale (its text isn't there exactly once), doesn't type-check, isn't caught by its named check (a
 * test, or a rule that the simulator sees broken), or breaks more than a tenth of the tests that were run: those of all named
 * files, with --full the whole quick suite. With --cluster the bugs lie in what makes a cluster, and each named check runs against real
 * NATS and MongoDB.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Glob } from "bun";
import { flagsOf } from "./kit/flags.ts";
import { part } from "./kit/parts.ts";
import { run, say, tableOf } from "./kit/report.ts";
import { clusterMutants, clusterNeutral } from "./mutants/cluster.ts";
import { coreMutants } from "./mutants/core.ts";
import { edgeMutants, neutral } from "./mutants/edge.ts";
import type { Mutant } from "./mutants/mutant.ts";
import { simMutants } from "./mutants/sim.ts";
import { type Parts, type Run, root, Tree } from "./mutants/tree.ts";

/** Of the tests that were run; a bug that breaks everything proves nothing about the check. */
const shareMax = 0.1;
const linesMax = 5;
const quick = new Glob("test/{actors,src,contract,sdk,matrix}/**/*.test.ts");
/** What the simulator plays to see a bug, at most: as many as `npm run sim`. */
const seeds = 1_000;

interface Verdict {
  mutant: Mutant;
  /** null: as it should be. */
  fault: string | null;
  failed: number;
  ran: number;
}

async function judge(tree: Tree, mutant: Mutant, files: readonly string[], parts: Parts): Promise<Verdict> {
  const verdict = (fault: string | null, failed = 0, ran = 0): Verdict => ({ mutant, fault, failed, ran });
  const text = await readFile(join(root, mutant.file), "utf8");
  if (text.split(mutant.from).length !== 2) return verdict("stale: its text isn't there exactly once");
  if (mutant.to.split("\n").length > linesMax) return verdict("too large");
  const restore = await tree.patch(mutant.file, mutant.from, mutant.to);
  try {
    if (!(await tree.typeChecks())) return verdict("doesn't type-check");
    const { caughtBy } = mutant;
    const own = caughtBy !== null && "file" in caughtBy ? [caughtBy.file] : [];
    // Real servers, which take their time to start, where the check is; and everywhere for what nobody may see.
    const first = await tree.test(caughtBy === null ? files : own, parts);
    const missed = await missedBy(tree, mutant, first);
    if (missed !== null) return verdict(missed, first.failed.length, first.failed.length + first.passed);
    const rest = caughtBy === null ? [] : files.filter((file) => !own.includes(file));
    const others = await tree.test(rest, "twins");
    const failed = [...first.failed, ...others.failed];
    const ran = failed.length + first.passed + others.passed;
    if (!first.complete || !others.complete) return verdict("the tests didn't end", failed.length, ran);
    return verdict(faultOf(mutant, failed, ran), failed.length, ran);
  } finally {
    await restore();
  }
}

/** null: its check sees it, or there is none. */
async function missedBy(tree: Tree, { caughtBy }: Mutant, { failed }: Run): Promise<string | null> {
  if (caughtBy === null) return null;
  if ("sim" in caughtBy) {
    const rules = await tree.simulate(caughtBy.sim, seeds);
    return rules.has(caughtBy.sim) ? null : `not caught by the simulator (${[...rules].join(" ")})`;
  }
  if (failed.some((name) => name.includes(caughtBy.test))) return null;
  return `not caught by its test${failed.length === 0 ? "" : `, but by: ${failed[0]}`}`;
}

function faultOf({ caughtBy }: Mutant, failed: readonly string[], ran: number): string | null {
  if (caughtBy === null) return failed.length === 0 ? null : `not neutral: ${failed[0]}`;
  return failed.length > ran * shareMax ? "breaks too many tests" : null;
}

function checkOf({ caughtBy }: Mutant): string {
  if (caughtBy === null) return "nothing may fail";
  return "sim" in caughtBy ? `sim, ${caughtBy.sim}` : caughtBy.test;
}

/** Two at a time: each in a copy of its own. */
async function judgeAll(
  mutants: readonly Mutant[],
  files: readonly string[],
  parts: Parts,
): Promise<Verdict[]> {
  const waiting = [...mutants];
  const verdicts: Verdict[] = [];
  const worker = async () => {
    await using tree = await Tree.make();
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const verdict = await judge(tree, mutant, files, parts);
      verdicts.push(verdict);
      say(
        `${verdict.fault === null ? "ok  " : "MISS"} ${mutant.name}${verdict.fault === null ? "" : `: ${verdict.fault}`}`,
      );
    }
  };
  await Promise.all([worker(), worker()]);
  return verdicts;
}

/** @throws when a real part can't be had: nothing would be shown without it */
async function haveParts(): Promise<void> {
  for (const name of ["nats-server", "mongod"] as const) {
    if ((await part(name)) === null) throw new Error(`${name} is missing`);
  }
}

await run(async () => {
  const flags = flagsOf(process.argv.slice(2), { values: ["only"], switches: ["full", "cluster"] });
  const cluster = flags.has("cluster");
  if (cluster) await haveParts();
  const planted = cluster ? clusterMutants : [...coreMutants, ...edgeMutants, ...simMutants];
  const only = flags.text("only");
  const chosen = [...planted, ...(cluster ? clusterNeutral : neutral)].filter(
    ({ name }) => only === null || name === only,
  );
  if (chosen.length === 0) throw new Error(`there is no mutant ${only}`);
  const named = [
    ...new Set(
      planted.flatMap(({ caughtBy }) => (caughtBy !== null && "file" in caughtBy ? caughtBy.file : [])),
    ),
  ];
  const files = flags.has("full") ? [...quick.scanSync(root)] : named;
  const verdicts = await judgeAll(chosen, files, cluster ? "real" : "twins");
  const rows = verdicts.map(({ mutant, fault, failed, ran }) => [
    mutant.name,
    mutant.breaks ?? "–",
    checkOf(mutant),
    `${failed}/${ran}`,
    fault ?? (mutant.breaks === null ? "survived" : "caught"),
  ]);
  process.stdout.write(`${tableOf(["mutant", "breaks", "caught by", "failed", ""], rows)}\n`);
  const good = verdicts.filter(({ fault }) => fault === null).map(({ mutant }) => mutant);
  const caught = good.filter(({ breaks }) => breaks !== null).length;
  const survived = good.length - caught;
  const of = chosen.filter(({ breaks }) => breaks !== null).length;
  return { planted: of, caught, neutral: chosen.length - of, survived, ok: good.length === chosen.length };
});
