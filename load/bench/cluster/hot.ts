/** One room in which everybody writes as fast as replies come, its twenty members over three nodes. */
import { availableParallelism } from "node:os";
import { cpuSeconds, machineSeconds } from "../../kit/proc.ts";
import { say } from "../../kit/report.ts";
import { type Burst, Party, writersCount } from "../hot.ts";
import type { Outcome } from "../outcome.ts";
import { voidShareMax } from "../rounds.ts";
import { atLeast, row } from "../row.ts";
import { ClusterSubject } from "./subject.ts";

/** Share of the machine that programs which aren't ours may take in a round that counts. */
const othersMax = 0.15;

export async function hot(rounds: number, seconds: number): Promise<Outcome | null> {
  await using subject = await ClusterSubject.start(writersCount);
  if (subject === null) return null;
  const faults: string[] = [];
  const party = await Party.open(subject);
  await party.burst(seconds);
  const { nats, mongo } = subject.cluster;
  const cpuOf = (processes: readonly { pid: number }[]) =>
    processes.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
  const read = () => ({
    nodes: cpuOf(subject.servers),
    nats: cpuOf(nats.servers),
    mongo: cpuOf(mongo.members),
    driver: cpuSeconds(process.pid),
    machine: machineSeconds(),
    at: performance.now() / 1_000,
  });
  const bursts: (Burst & { nats: number; mongo: number })[] = [];
  let voids = 0;
  const tries = Math.ceil(rounds / (1 - voidShareMax));
  while (bursts.length < rounds && bursts.length + voids < tries) {
    const before = read();
    const burst = await party.burst(seconds);
    const after = read();
    const used = (what: keyof typeof before) => after[what] - before[what];
    const ours = used("nodes") + used("nats") + used("mongo") + used("driver");
    const others = (used("machine") - ours) / (used("at") * availableParallelism());
    faults.push(...burst.faults);
    if (others > othersMax) {
      voids++;
      say(`  void: others took ${Math.round(100 * others)} % of the machine`);
      continue;
    }
    const each = (seconds: number) => (seconds / burst.total) * 1e6;
    bursts.push({ ...burst, nats: each(used("nats")), mongo: each(used("mongo")) });
  }
  party.leave();
  const of = (figure: (burst: (typeof bursts)[number]) => number) => bursts.map(figure);
  return {
    rows: [
      row(
        "one hot room, R3 synced: persisted messages per second",
        "/s",
        of(({ perSecond }) => perSecond),
        atLeast(10_000),
      ),
      row(
        "   CPU of the nodes per message",
        "µs",
        of((burst) => burst.cpu),
      ),
      row(
        "   CPU of NATS per message",
        "µs",
        of((burst) => burst.nats),
      ),
      row(
        "   CPU of MongoDB per message, while it lasts",
        "µs",
        of((burst) => burst.mongo),
      ),
    ],
    voids,
    noisy: bursts.length < rounds,
    faults,
  };
}
