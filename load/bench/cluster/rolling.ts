/** Three nodes are stopped and started in turn, as at an upgrade, while people post 300 messages a second. */
import { LocalCluster, ready } from "../../kit/cluster.ts";
import { quantile } from "../../kit/stats.ts";
import type { Outcome } from "../outcome.ts";
import { atMost, row } from "../row.ts";
import { faultsOf, gather } from "./talker.ts";

const talkersCount = 30;
const everyMs = 100;
const restMs = 3_000;
/** A driver that was late at this quantile can't say who was slow. */
const gate = { quantile: 0.99, boundMs: 25 };

export async function rolling(): Promise<Outcome | null> {
  await using cluster = await LocalCluster.start({ mongo: 3 });
  if (cluster === null) return null;
  const talkers = await gather(talkersCount, () => cluster.balancer.url);
  const began = performance.now();
  for (const talker of talkers) talker.begin(everyMs);
  await Bun.sleep(restMs);
  const first = performance.now();
  for (const node of cluster.nodes) {
    await node.stop();
    await node.start();
    await ready(node);
    await Bun.sleep(restMs);
  }
  const last = performance.now();
  const faults = await faultsOf(talkers, cluster.balancer.url);
  for (const { client } of talkers) await client.close();
  const acks = talkers.flatMap(({ acks }) => acks);
  const times = (from: number, to: number) =>
    acks.filter(({ due }) => due >= from && due < to).map(({ due, at }) => at - due);
  const [quiet, during] = [times(began, first), times(first, last)];
  const slip = quantile(
    talkers.flatMap(({ slipsMs }) => slipsMs),
    gate.quantile,
  );
  const failures = talkers.reduce((sum, talker) => sum + talker.failures.length, 0);
  return {
    rows: [
      row("three nodes restarted in turn under 300/s: failed operations", "", [failures], atMost(0)),
      row("   longest ack", "ms", [Math.max(...during)]),
      row("   ack p99 meanwhile", "ms", [quantile(during, 0.99)]),
      row("   ack p50 meanwhile", "ms", [quantile(during, 0.5)]),
      row("   ack p50 before", "ms", [quantile(quiet, 0.5)]),
      row("   operations", "", [acks.length]),
      row("   seconds of restarts", "s", [(last - first) / 1_000]),
      row("   messages left late, p99", "ms", [slip]),
    ],
    voids: slip > gate.boundMs ? 1 : 0,
    noisy: slip > gate.boundMs,
    faults,
  };
}
