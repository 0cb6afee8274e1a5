/** The owner of rooms is killed: how long do people wait who came in elsewhere. */
import { type ClusterNode, LocalCluster, ready } from "../../kit/cluster.ts";
import { say } from "../../kit/report.ts";
import { quantile } from "../../kit/stats.ts";
import type { Outcome } from "../outcome.ts";
import { voidShareMax } from "../rounds.ts";
import { row } from "../row.ts";
import { longestSilence } from "./silence.ts";
import { faultsOf, gather, type Talker } from "./talker.ts";

const killsMin = 5;
const talkersCount = 12;
/** The gap is measured this finely. All together it is 60 messages a second, which one disk syncs three times each and has time left. */
const everyMs = 200;
/** From a kill to the restart: longer than any gap that could be called one. */
const watchMs = 12_000;
const restMs = 3_000;
/** An SDK that was away so long waits up to 16 s between its attempts: three of them, and what it has to catch up with. */
const backMs = 60_000;
const pollMs = 50;
/** A driver that was this late can't tell a gap. */
const slipMsMax = 25;

interface Kill {
  /** Longest wait for an ack of anybody elsewhere, ms: rooms of all nodes, those of the killed one among them. */
  gapMs: number;
  /** The same of those who had come in at the killed node, and came back to it. */
  ownMs: number;
  slipMs: number;
}

export async function failover(rounds: number): Promise<Outcome | null> {
  await using cluster = await LocalCluster.start({ mongo: 3 });
  if (cluster === null) return null;
  const { nodes } = cluster;
  const nodeOf = (i: number) => nodes[i % nodes.length] as ClusterNode;
  const talkers = await gather(talkersCount, (i) => nodeOf(i).url);
  for (const talker of talkers) talker.begin(everyMs);
  await Bun.sleep(restMs);
  const quiet = talkers.flatMap(({ acks }) => acks.map(({ due, at }) => at - due));
  const wanted = Math.max(killsMin, rounds);
  const kills: Kill[] = [];
  let voids = 0;
  for (let turn = 0; kills.length < wanted && turn < Math.ceil(wanted / (1 - voidShareMax)); turn++) {
    const node = nodeOf(turn);
    const kill = await killed(node, (i) => nodeOf(i) === node, talkers);
    if (kill.slipMs <= slipMsMax) kills.push(kill);
    else {
      voids++;
      say(`  void: a message left ${kill.slipMs.toFixed(1)} ms late`);
    }
  }
  const faults = await faultsOf(talkers, cluster.balancer.url);
  for (const { client } of talkers) await client.close();
  const gaps = kills.map(({ gapMs }) => gapMs);
  return {
    rows: [
      row(`an owner is killed, ${kills.length} times: gap p50`, "ms", [quantile(gaps, 0.5)]),
      row("   gap, longest", "ms", [Math.max(...gaps)]),
      row(
        "   those at the killed node, until it is back",
        "ms",
        kills.map(({ ownMs }) => ownMs),
      ),
      row("   ack p50 before", "ms", [quantile(quiet, 0.5)]),
      row("   ack p99 before", "ms", [quantile(quiet, 0.99)]),
    ],
    voids,
    noisy: kills.length < wanted,
    faults,
  };
}

async function killed(
  node: ClusterNode,
  isHere: (i: number) => boolean,
  talkers: readonly Talker[],
): Promise<Kill> {
  const slipsBefore = talkers.map(({ slipsMs }) => slipsMs.length);
  const at = performance.now();
  await node.kill();
  await Bun.sleep(watchMs);
  const restarted = performance.now();
  const slipMs = Math.max(...talkers.flatMap(({ slipsMs }, i) => slipsMs.slice(slipsBefore[i])));
  await node.start();
  await ready(node);
  await allBack(talkers, performance.now());
  await Bun.sleep(restMs);
  const end = performance.now();
  const silence = (here: boolean, to: number) =>
    Math.max(
      ...talkers
        .filter((_, i) => isHere(i) === here)
        .map(({ acks }) =>
          longestSilence(
            acks.map((ack) => ack.at),
            at,
            to,
          ),
        ),
    );
  return { gapMs: silence(false, restarted), ownMs: silence(true, end), slipMs };
}

/** Resolves when everybody was acked after `since`: whoever is still on the way back would count as a gap of the next kill. */
async function allBack(talkers: readonly Talker[], since: number): Promise<void> {
  const isBack = ({ acks }: Talker) => (acks.at(-1)?.at ?? 0) > since;
  for (const end = performance.now() + backMs; !talkers.every(isBack); await Bun.sleep(pollMs)) {
    if (performance.now() > end) throw new Error("somebody didn't come back");
  }
}
