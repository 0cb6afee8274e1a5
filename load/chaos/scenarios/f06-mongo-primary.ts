import type { Scenario } from "../scenario.ts";

/** Nothing is acknowledged by MongoDB, so chat goes on; what needs documents waits for the next primary. */
export const mongoPrimary: Scenario = {
  id: "F6",
  title: "MongoDB's primary steps down, freezes, is killed",
  bounds: { silenceMs: 30_000 },
  witnesses: [],
  async play(round) {
    const { arena } = round;
    const { mongo } = arena.cluster;
    const healed = arena.fault("F6", "MongoDB's primary");
    await mongo.stepDown();
    await round.ackedEverywhere();
    const frozen = await mongo.primary();
    frozen.freeze();
    try {
      await round.ackedEverywhere();
      await round.hold(10_000);
    } finally {
      frozen.thaw();
    }
    const killed = await mongo.primary();
    await killed.kill();
    await round.ackedEverywhere();
    await killed.start();
    healed();
  },
};
