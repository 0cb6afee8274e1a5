import type { Scenario } from "../scenario.ts";

/** Live records and messages of the bus come twice, swapped or not at all, and answers to appends are lost. */
export const natsTampers: Scenario = {
  id: "F5",
  title: "NATS doubles, swaps and loses messages",
  bounds: { silenceMs: 20_000 },
  witnesses: ["gaps", "duplicates"],
  async play(round) {
    const { arena } = round;
    const { tampering } = arena;
    const healed = arena.fault("F5", "what NATS delivers");
    const before = { ...tampering.counts };
    const kinds = Object.keys(before) as (keyof typeof before)[];
    tampering.on = true;
    try {
      await arena.until("each kind of tampering has happened", () =>
        kinds.every((kind) => tampering.counts[kind] > before[kind]),
      );
      await round.hold(10_000);
      await round.ackedEverywhere();
    } finally {
      tampering.on = false;
    }
    healed();
  },
};
