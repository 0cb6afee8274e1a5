/**
 * `npm run sim -- [--seeds 1000] [--from 1] [--trace FILE]`: the simulator of test/sim/ over many seeds, on all cores.
 * A seed that fails is printed as the command that replays it; `--trace` keeps what happened in the first one.
 */
import { availableParallelism } from "node:os";
import type { SeedResult } from "../test/sim/seed.ts";
import { addWitnesses, noWitness, type Witness, type Witnessed } from "../test/sim/witness.ts";
import { flagsOf } from "./kit/flags.ts";
import { run, say, tableOf } from "./kit/report.ts";

/** What 1,000 seeds must meet at least: a run that met less says little. */
const wanted: Partial<Record<Witness, number>> = {
  fenced: 1_000,
  unknown: 1_000,
  crashes: 1_000,
  closedFound: 100,
  looks: 100,
  replays: 100,
};
/** Fewer seeds than this prove nothing by their witnesses. */
const witnessedFrom = 100;
/** Violations of one seed that are worth reading. */
const shown = 3;

interface Tally {
  done: number;
  witnessed: Witnessed;
  failed: SeedResult[];
}

await run(async () => {
  const flags = flagsOf(process.argv.slice(2), { values: ["seeds", "from", "trace"] });
  const seeds = flags.number("seeds", 1_000);
  const from = flags.number("from", 1);
  const trace = flags.text("trace");
  const began = performance.now();
  const { witnessed, failed, done } = await play(from, seeds, trace);
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  for (const result of failed) tell(result);
  const scale = done / 1_000;
  const met = (name: Witness) => witnessed[name] >= (wanted[name] ?? 0) * scale;
  const rows = Object.entries(witnessed).map(([name, count]) => {
    const least = wanted[name as Witness];
    return [name, count, least === undefined ? "" : `≥ ${Math.ceil(least * scale)}`];
  });
  console.log(tableOf(["seen", "times", "wanted"], rows));
  const rich = done < witnessedFrom || (Object.keys(wanted) as Witness[]).every(met);
  return { seeds: done, from, seconds, violated: failed.length, witnessed, ok: failed.length === 0 && rich };
});

/** Every core takes the next seed when it is done with one. */
async function play(from: number, seeds: number, trace: string | null): Promise<Tally> {
  const tally: Tally = { done: 0, witnessed: noWitness(), failed: [] };
  const count = Math.max(1, Math.min(seeds, availableParallelism()));
  let next = from;
  await Promise.all(
    Array.from({ length: count }, async () => {
      const worker = new Worker(new URL("./sim-worker.ts", import.meta.url));
      while (next < from + seeds) {
        const seed = next++;
        const result = await ask(worker, seed, trace !== null && seed === from);
        tally.done++;
        addWitnesses(tally.witnessed, result.witnessed);
        if (result.violations.length > 0) tally.failed.push(result);
        if (trace !== null && seed === from) await Bun.write(trace, result.text);
        if (seeds === 1) console.log(`seed ${seed}: trace ${result.trace}`);
        else if (tally.done % 100 === 0) say(`${tally.done} seeds, ${tally.failed.length} failed`);
      }
      worker.terminate();
    }),
  );
  tally.failed.sort((a, b) => a.seed - b.seed);
  return tally;
}

function ask(worker: Worker, seed: number, keepTrace: boolean): Promise<SeedResult> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<SeedResult>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(`seed ${seed}: ${message}`));
    worker.postMessage({ seed, keepTrace });
  });
}

function tell({ seed, trace, violations }: SeedResult): void {
  console.log(`npm run sim -- --from ${seed} --seeds 1   # trace ${trace}, ${violations.length} violations`);
  for (const { rule, what } of violations.slice(0, shown)) console.log(`  ${rule} ${what.slice(0, 300)}`);
}
