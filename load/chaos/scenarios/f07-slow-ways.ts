import type { Scenario } from "../scenario.ts";

/** Far away: 200 ms each way to NATS and to MongoDB, and some of it stalls. */
export const slowWays: Scenario = {
  id: "F7",
  title: "NATS and MongoDB are 200 ms away, and stall",
  bounds: { silenceMs: 20_000 },
  witnesses: [],
  async play(round) {
    const { arena } = round;
    const links = [
      ...arena.nodes.flatMap((node) => node.links),
      ...arena.cluster.mongo.members.flatMap(({ link }) => link ?? []),
    ];
    const healed = arena.fault("F7", `${links.length} ways`);
    for (const link of links) link.delayMs = 200;
    try {
      await round.ackedEverywhere();
      await round.hold(15_000);
      // A segment that was lost and sent again.
      for (const link of links) if (arena.chance.happens(0.3)) link.delayMs = 1_000;
      await round.ackedEverywhere();
    } finally {
      for (const link of links) link.delayMs = 0;
    }
    healed();
  },
};
