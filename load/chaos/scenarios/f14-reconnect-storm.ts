import type { Scenario } from "../scenario.ts";

/** Everybody is thrown out at once, again and again, and comes back without waiting for their turn. */
export const reconnectStorm: Scenario = {
  id: "F14",
  title: "all sockets break at once, clients without manners",
  bounds: { silenceMs: 30_000 },
  witnesses: [],
  async play(round) {
    const { arena } = round;
    const healed = arena.fault("F14", `${arena.bots.length} bots, three times`);
    arena.unmannered = true;
    try {
      for (let time = 0; time < 3; time++) {
        for (const bot of arena.bots) bot.cut();
        await round.ackedEverywhere();
      }
    } finally {
      arena.unmannered = false;
    }
    healed();
  },
};
