import type { Scenario } from "../scenario.ts";

/** Its streams elect another leader, which takes some seconds; senders wait and then succeed. */
export const natsServerKilled: Scenario = {
  id: "F3",
  title: "a nats-server that leads is killed",
  bounds: { silenceMs: 15_000 },
  witnesses: ["resolved"],
  async play(round) {
    const { arena } = round;
    const leader = await arena.leaderOf(round.rooms[0]?.id ?? "");
    const healed = arena.fault("F3", `nats-server ${leader.name}`);
    await leader.kill();
    await round.ackedEverywhere();
    leader.start();
    await leader.ready();
    healed();
  },
};
