/**
 * Is everything given back? Thousands of people come and go and talk for a long time; when they have left and the idle times
 * have passed, each node holds what it held before.
 *
 *     soak [--minutes 20] [--connections 2000] [--rate 200] [--seed 1] [--cluster]
 *
 * A first, short wave warms the program up: compiled code, pools, caches. The quiet time after it is the level to come back to. The
 * same wave comes again in the end: who rests doesn't collect, so that both levels are those after the same work.
 * Default: one process on a folder; with --cluster three nodes on real NATS and MongoDB. Besides the minutes it takes about ten.
 */
import { limits } from "../actors/limits.ts";
import { flagsOf } from "./kit/flags.ts";
import { run, say, tableOf } from "./kit/report.ts";
import { short } from "./kit/stats.ts";
import { Crowd } from "./soak/crowd.ts";
import { clustered, embedded, type Ground } from "./soak/ground.ts";
import { compare, type Everywhere, lowest, type Row } from "./soak/levels.ts";
import { cpuOf, look, type Sample, watch } from "./soak/sampler.ts";
import { slopeOf } from "./soak/slope.ts";

/** Of the whole time, the first wave takes this share, and no less than half a minute. */
const waveShare = 0.1;
const waveMinMs = 30_000;
/** The longest that anything is kept for whoever may come back, and a little for the collector. */
const idleMs = limits.idleMs + 10_000;
/** The quiet time itself. */
const quietMs = 20_000;
/**
 * Until the crowd has come and history has found its pace, memory only rises. After that rooms go on filling their cids, for
 * limits.cidsKeptMs, and feeds their lines: a slope is no leak while the quiet time takes all of it back.
 */
const settlingShare = 0.2;
/** Parts of the time whose means make the slope. */
const blocks = 10;

/** What is held when all have gone and nobody is expected any more. */
async function quiet(ground: Ground): Promise<Everywhere> {
  await Bun.sleep(idleMs);
  return lowest((await watch(ground, quietMs)).map(({ levels }) => levels));
}

/** MB an hour while it was busy, of each node. */
function slopesOf(ground: Ground, samples: readonly Sample[]) {
  const steady = samples.slice(Math.floor(samples.length * settlingShare));
  const [first, last] = [steady.at(0)?.atMs ?? 0, steady.at(-1)?.atMs ?? 0];
  return ground.nodes.map(({ name }) => {
    const points = steady.map(({ atMs, levels }) => ({
      atMs,
      value: levels.get(name)?.["memory MB"] ?? Number.NaN,
    }));
    return { name, ...slopeOf(points, Math.max(1, (last - first) / blocks)) };
  });
}

function cells({ place, what, quiet, peak, after, most, ok }: Row) {
  return [
    place,
    what,
    ...[quiet, peak, after, most].map((level) => (Number.isInteger(level) ? level : short(level))),
    ok ? "" : "✗",
  ];
}

await run(async () => {
  const values = ["minutes", "connections", "rate", "seed"];
  const flags = flagsOf(process.argv.slice(2), { values, switches: ["cluster"] });
  const [minutes, connections] = [flags.number("minutes", 20), flags.number("connections", 2_000)];
  const [rate, cluster] = [flags.number("rate", 200), flags.has("cluster")];
  await using ground = await (cluster ? clustered(connections) : embedded(connections));
  say(`${connections} people, ${ground.nodes.length === 1 ? "one process" : `${ground.nodes.length} nodes`}`);
  const crowd = await Crowd.gather(ground, flags.number("seed", 1));
  const fresh = await look(ground);

  say("a first wave");
  const busyMs = minutes * 60_000;
  const waveMs = Math.max(waveMinMs, waveShare * busyMs);
  await crowd.visit(waveMs, rate);
  const before = await quiet(ground);
  say(`quiet; now ${minutes} min`);

  const { tally } = crowd;
  const [posts, cpu] = [tally.posts, cpuOf(ground)];
  const [samples] = await Promise.all([watch(ground, busyMs), crowd.visit(busyMs, rate)]);
  const cpuPerMessage = (1e3 * (cpuOf(ground) - cpu)) / (tally.posts - posts);
  say("all have left");
  await Bun.sleep(idleMs);
  say("the first wave once more");
  await crowd.visit(waveMs, rate);
  const after = await quiet(ground);

  const busy = samples.map(({ levels }) => levels);
  const rows = compare(before, busy, after);
  process.stdout.write(
    `${tableOf(["place", "what", "quiet", "peak", "after", "at most", ""], rows.map(cells))}\n\n`,
  );
  const slopes = slopesOf(ground, samples);
  for (const { name, perHour, error } of slopes) {
    const was = fresh.get(name)?.["memory MB"] ?? Number.NaN;
    process.stdout.write(
      `${name}: memory ${short(was)} MB when nobody had come; ${short(perHour)} ± ${short(error)} MB an hour while busy\n`,
    );
  }
  const { faults, ...counted } = tally;
  for (const fault of faults) say(fault);
  const left = rows.filter(({ ok }) => !ok).map(({ place, what }) => `${place}: ${what}`);
  return {
    ...{ minutes, connections, rate, cluster },
    ...counted,
    cpuMsPerMessage: Number(short(cpuPerMessage)),
    memoryPerHour: slopes.map(({ perHour, error }) => [Number(short(perHour)), Number(short(error))]),
    notGivenBack: left,
    faults: faults.length,
    ok: left.length === 0 && faults.length === 0 && tally.gaps === 0 && tally.posts > posts,
  };
});
