/**
 * Ends a heavily writing process in every bad way, and checks what is left: whatever was acknowledged is there, seqs are
 * 1..n, no record is torn, the fence holds. (power cuts, failing syncs and the last sync are strace's word, not ours.)
 *
 *     crash [--rounds N] [--seed N]
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diskFailureExitCode } from "../src/store/sqlite/fatal.ts";
import { ackWriter, readAcks } from "./crash/acks.ts";
import { cutPower } from "./crash/damage.ts";
import { fullDisk } from "./crash/full-disk.ts";
import { verify } from "./crash/verify.ts";
import { acksIn, dataIn, Victim } from "./crash/victim.ts";
import { Chance } from "./kit/chance.ts";
import { flagsOf } from "./kit/flags.ts";
import { run, say, tableOf } from "./kit/report.ts";

const ways = ["kill", "power cut", "failing sync", "full disk", "careless writer"] as const;
type Way = (typeof ways)[number];

interface Round {
  faults: string[];
  acked: number;
  unacked?: number;
  destroyed?: number;
  failedSyncs?: number;
}

/** Rounds that share a folder: a crash may also hit what an earlier one left. */
const roundsPerFolder = 4;
/** A process whose sync failed ends by itself within this time. */
const endMs = 10_000;
const workMs = { from: 20, to: 400 };

async function crash(rounds: number, seed: number) {
  const traces = Bun.which("strace") !== null;
  if (!traces)
    say("strace isn't there (Debian: apt-get install strace): power cuts and failing syncs are skipped");
  const chance = new Chance(seed);
  const base = mkdtempSync(join(tmpdir(), "starling-crash-"));
  const results: { way: Way; round: Round }[] = [];
  try {
    for (let i = 0; i < rounds; i++) {
      const way = wayOf(i, traces);
      const folder = join(base, way === "full disk" ? `full${i}` : String(Math.floor(i / roundsPerFolder)));
      mkdirSync(folder, { recursive: true });
      const round = await perform(way, folder, chance);
      for (const fault of round.faults.slice(0, 5)) say(`round ${i} (${way}): ${fault}`);
      results.push({ way, round });
    }
    // The checker has to be able to fail.
    const round = await carelessRound(join(base, "careless"), chance);
    results.push({ way: "careless writer", round });
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
  return report(results, traces, seed);
}

function wayOf(round: number, traces: boolean): Way {
  if (round % 10 === 9) return "full disk";
  if (!traces || round % 2 === 0) return "kill";
  return round % 4 === 1 ? "power cut" : "failing sync";
}

async function perform(way: Way, folder: string, chance: Chance): Promise<Round> {
  if (way === "full disk") return fullDisk(folder);
  if (way === "failing sync") return failingSync(folder, chance);
  const victim = new Victim({ folder, seed: chance.between(0, 1e9), traced: way === "power cut" });
  await victim.atWork();
  await Bun.sleep(chance.between(workMs.from, workMs.to));
  await victim.kill();
  const destroyed = way === "power cut" ? cutPower(victim.trace(), chance) : 0;
  const acked = victim.appended;
  return { ...(await verified(folder)), acked, destroyed };
}

async function failingSync(folder: string, chance: Chance): Promise<Round> {
  const victim = new Victim({ folder, seed: chance.between(0, 1e9), failingSync: chance.between(8, 120) });
  const end = await victim.end(endMs);
  const trace = victim.trace();
  const destroyed = cutPower(trace, chance);
  const acked = victim.appended;
  const round = { ...(await verified(folder)), acked };
  if (trace.failedSyncs === 0) round.faults.push("no sync was made to fail");
  if (end === null) round.faults.push("a sync failed, and the process went on");
  else if (end.code !== diskFailureExitCode) round.faults.push(`exit code ${end.code}: ${end.says}`);
  else if (!/^starling: the disk failed: [^\n]+$/.test(end.says))
    round.faults.push(`its last words: ${end.says}`);
  return { ...round, destroyed, failedSyncs: trace.failedSyncs };
}

/** A writer that acknowledges before the commit: the checks must find it out. */
async function carelessRound(folder: string, chance: Chance): Promise<Round> {
  mkdirSync(folder, { recursive: true });
  const triesMax = 5;
  for (let i = 0; i < triesMax; i++) {
    const victim = new Victim({ folder, seed: chance.between(0, 1e9), careless: true });
    await victim.atWork();
    await Bun.sleep(chance.between(workMs.from, workMs.to));
    await victim.kill();
    const acked = victim.appended;
    const { faults } = await verified(folder);
    if (faults.some((fault) => fault.startsWith("acknowledged but lost"))) return { faults: [], acked };
  }
  return { faults: [`a careless writer went unnoticed ${triesMax} times`], acked: 0 };
}

/** Checks what this round and those before it in the same folder were told. */
async function verified(folder: string): Promise<{ faults: string[]; unacked: number }> {
  return verify(dataIn(folder), readAcks(acksIn(folder)), ackWriter(acksIn(folder)));
}

function report(results: { way: Way; round: Round }[], traces: boolean, seed: number) {
  const of = (way: Way) => results.filter((result) => result.way === way).map(({ round }) => round);
  const sum = (rounds: Round[], field: Exclude<keyof Round, "faults">) =>
    rounds.reduce((total, round) => total + (round[field] ?? 0), 0);
  const faultsIn = (rounds: Round[]) => rounds.reduce((total, { faults }) => total + faults.length, 0);
  const rows = ways.map((way) => {
    const rounds = of(way);
    const counts = (["acked", "unacked", "destroyed"] as const).map((field) => sum(rounds, field));
    return [way, rounds.length, ...counts, faultsIn(rounds)];
  });
  const head = ["way to end", "rounds", "appends acked", "landed unacked", "bytes destroyed", "faults"];
  console.log(tableOf(head, rows));
  const all = results.map(({ round }) => round);
  const faults = faultsIn(all);
  return {
    rounds: results.length - 1,
    seed,
    acked: sum(all, "acked"),
    unacked: sum(all, "unacked"),
    destroyedBytes: sum(all, "destroyed"),
    failedSyncs: sum(all, "failedSyncs"),
    carelessCaught: faultsIn(of("careless writer")) === 0,
    skipped: traces ? [] : ["power cut", "failing sync"],
    faults,
    // A run that couldn't look is no proof; on CI it is a failure.
    ok: faults === 0 && (traces || process.env.CI !== "true"),
  };
}

await run(async () => {
  const flags = flagsOf(process.argv.slice(2), { values: ["rounds", "seed"] });
  return crash(flags.number("rounds", 50), flags.number("seed", Date.now() % 1_000_000));
});
