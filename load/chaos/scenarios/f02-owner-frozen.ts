import type { Scenario } from "../scenario.ts";

/** A zombie: it wakes up believing that it still owns its rooms. The fence refuses what it appends. */
export const ownerFrozen: Scenario = {
  id: "F2",
  title: "the owner freezes, others take over, it wakes",
  bounds: { silenceMs: 20_000 },
  witnesses: ["ownerChanges", "fenced"],
  async play(round) {
    const { arena } = round;
    const { node, rooms } = await arena.owner(() => round.ackedEverywhere());
    const healed = arena.fault("F2", `node ${arena.nameOf(node)} with ${rooms} rooms`);
    node.freeze();
    try {
      await round.ackedEverywhere();
      arena.ownerChanges += rooms;
      await round.hold(15_000);
      await round.ackedEverywhere();
    } finally {
      node.thaw();
    }
    healed();
  },
};
