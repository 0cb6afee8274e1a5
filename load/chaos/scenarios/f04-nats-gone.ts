import type { Scenario } from "../scenario.ts";

/**
 * No log, no acks: senders are told so. The stores are kept, so everything that was acked is there again. (Emptied ones begin new
 * epochs, of which no history of a round knows: test/e2e/rebuild.test.ts.)
 */
export const natsGone: Scenario = {
  id: "F4",
  title: "all nats-servers are killed",
  bounds: { silenceMs: 90_000 },
  witnesses: ["resolved"],
  async play(round) {
    const { servers } = round.arena.cluster.nats;
    const healed = round.arena.fault("F4", "all nats-servers");
    await Promise.all(servers.map((server) => server.kill()));
    await round.hold(30_000);
    for (const server of servers) server.start();
    await round.arena.cluster.nats.ready();
    healed();
    await round.ackedEverywhere();
  },
};
