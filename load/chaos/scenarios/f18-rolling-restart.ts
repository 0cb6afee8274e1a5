import type { Scenario } from "../scenario.ts";

/** One node after the other, as at an upgrade: it hands over, and nobody's command fails. */
export const rollingRestart: Scenario = {
  id: "F18",
  title: "each node is stopped and started in turn",
  bounds: { silenceMs: 15_000 },
  witnesses: ["ownerChanges", "moves"],
  async play(round) {
    const { arena } = round;
    for (const node of arena.nodes) {
      const rooms = (await arena.read(node)).get('starling_actors{kind="room"}') ?? 0;
      const healed = arena.fault("F18", `node ${arena.nameOf(node)} with ${rooms} rooms`);
      await node.stop();
      arena.ownerChanges += rooms;
      await round.ackedEverywhere();
      await arena.start(node);
      healed();
    }
    await round.ackedEverywhere();
  },
};
