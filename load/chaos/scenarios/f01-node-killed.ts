import type { Scenario } from "../scenario.ts";

/** Clients elsewhere within seconds; cids that were in flight keep their seq. It is killed again while it recovers. */
export const nodeKilled: Scenario = {
  id: "F1",
  title: "a node is killed, and again while it starts",
  bounds: { silenceMs: 20_000 },
  witnesses: ["ownerChanges", "resolved", "moves"],
  async play(round) {
    const { arena } = round;
    const { node, rooms } = await arena.owner(() => round.ackedEverywhere());
    const healed = arena.fault("F1", `node ${arena.nameOf(node)} with ${rooms} rooms`);
    await node.kill();
    arena.ownerChanges += rooms;
    await round.ackedEverywhere();
    await node.start();
    await node.kill();
    await arena.start(node);
    healed();
  },
};
