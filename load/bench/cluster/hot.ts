/** One room in which everybody writes as fast as replies come, its twenty members over three nodes. */
import { cpuSeconds } from "../../kit/proc.ts";
import { type Burst, Party, writersCount } from "../hot.ts";
import type { Outcome } from "../outcome.ts";
import { atLeast, row } from "../row.ts";
import { ClusterSubject } from "./subject.ts";

export async function hot(rounds: number, seconds: number): Promise<Outcome | null> {
  await using subject = await ClusterSubject.start(writersCount);
  if (subject === null) return null;
  const party = await Party.open(subject);
  await party.burst(seconds);
  const { nats, mongo } = subject.cluster;
  const cpu = (processes: readonly { pid: number }[]) =>
    processes.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
  const bursts: (Burst & { nats: number; mongo: number })[] = [];
  for (let i = 0; i < rounds; i++) {
    const before = { nats: cpu(nats.servers), mongo: cpu(mongo.members) };
    const burst = await party.burst(seconds);
    const each = (used: number) => (used / burst.total) * 1e6;
    bursts.push({
      ...burst,
      nats: each(cpu(nats.servers) - before.nats),
      mongo: each(cpu(mongo.members) - before.mongo),
    });
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
    voids: 0,
    noisy: false,
    faults: bursts.flatMap(({ faults }) => faults),
  };
}
