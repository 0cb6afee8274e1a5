/**
 * Measures the real server against a raw `Bun.serve` publish floor that sends Starling's very frame: fan-out, direct
 * messages, one hot room, idle memory and mass resume, in interleaved rounds, every run verified. Servers are pinned
 * to core 0, drivers to core 1.
 *
 *     bench [--quick] [--only fan-out|direct|hot|idle|resume] [--rounds N]
 *
 * With `--cluster`: what several nodes on real NATS and MongoDB cost against one of them, and how long people wait when nodes
 * go. Everything shares all cores then.
 *
 *     bench --cluster [--quick] [--only fan-out|hot|failover|rolling] [--rounds N]
 */
import { failover } from "./bench/cluster/failover.ts";
import { fanOut as fanOutOfCluster } from "./bench/cluster/fan-out.ts";
import { hot as hotInCluster } from "./bench/cluster/hot.ts";
import { rolling } from "./bench/cluster/rolling.ts";
import { direct } from "./bench/direct.ts";
import { fanOut } from "./bench/fan-out.ts";
import { hot } from "./bench/hot.ts";
import { idle } from "./bench/idle.ts";
import type { Outcome } from "./bench/outcome.ts";
import { resume } from "./bench/resume.ts";
import { cells, holds, type Row } from "./bench/row.ts";
import { driverCore } from "./bench/subject.ts";
import { flagsOf } from "./kit/flags.ts";
import { pin } from "./kit/proc.ts";
import { run, say, tableOf } from "./kit/report.ts";
import { median } from "./kit/stats.ts";

/** Seconds of a window and pairs of them. */
interface Size {
  rounds: number;
  seconds: number;
}

/** Resolves to null when a real part is missing. */
type Workloads = Record<string, (size: Size) => Promise<Outcome | null>>;

const alone: Workloads = {
  "fan-out": ({ rounds, seconds }) => fanOut(rounds, seconds),
  direct: ({ rounds, seconds }) => direct(rounds, seconds),
  hot: ({ rounds, seconds }) => hot(rounds, seconds / 2),
  idle,
  resume,
};

const clustered: Workloads = {
  "fan-out": ({ rounds, seconds }) => fanOutOfCluster(rounds, seconds),
  hot: ({ rounds, seconds }) => hotInCluster(rounds, seconds / 2),
  failover: ({ rounds }) => failover(rounds),
  rolling: () => rolling(),
};

async function bench(workloads: Workloads, size: Size, only: string | null) {
  const names = Object.keys(workloads);
  if (only !== null && !names.includes(only)) throw new Error(`--only takes one of ${names.join(", ")}`);
  if (workloads === alone && !pin(process.pid, driverCore))
    say("taskset isn't here: server and driver share their cores");
  const began = performance.now();
  const outcomes: Outcome[] = [];
  for (const [name, workload] of Object.entries(workloads)) {
    if (only !== null && name !== only) continue;
    say(`${name} …`);
    const outcome = await workload(size);
    if (outcome === null) return { ok: false, error: "a real part is missing" };
    outcomes.push(outcome);
  }
  return report(outcomes, (performance.now() - began) / 1_000);
}

function report(outcomes: readonly Outcome[], seconds: number) {
  const rows = outcomes.flatMap((outcome) => outcome.rows);
  const faults = outcomes.flatMap((outcome) => outcome.faults);
  const noisy = outcomes.some((outcome) => outcome.noisy);
  const voids = outcomes.reduce((sum, outcome) => sum + outcome.voids, 0);
  for (const fault of faults.slice(0, 20)) say(`fault: ${fault}`);
  const head = [
    "Starling is D2: fsynced before the ack; the floor keeps nothing (D0)",
    "median (min–max)",
    "",
    "bar",
    "",
  ];
  console.log(tableOf(head, rows.map(cells)));
  if (noisy) console.log("Too many rounds were void: the machine is too busy to measure on.");
  return {
    durability: "D2",
    figures: Object.fromEntries(rows.map((row) => [row.what.trim(), figure(row)])),
    voids,
    noisy,
    faults: faults.length,
    seconds: Math.round(seconds),
    ok: faults.length === 0 && !noisy && rows.every(holds),
  };
}

function figure(row: Row) {
  const { unit, values, bar } = row;
  const range = { median: median(values), min: Math.min(...values), max: Math.max(...values) };
  return { ...range, unit, ...(bar === null ? {} : { bar: `${bar.at} ${bar.bound}`, ok: holds(row) }) };
}

if (import.meta.main) {
  const flags = flagsOf(Bun.argv.slice(2), { values: ["only", "rounds"], switches: ["quick", "cluster"] });
  const quick = flags.has("quick");
  const size = { rounds: flags.number("rounds", quick ? 2 : 5), seconds: quick ? 3 : 6 };
  await run(() => bench(flags.has("cluster") ? clustered : alone, size, flags.text("only")));
}
