import type { Scenario } from "../scenario.ts";

/** Scenarios in one round. */
const count = 3;

/** The others in a random order, nothing judged and nobody at rest between them. */
export function oneAfterAnother(others: readonly Scenario[]): Scenario {
  return {
    id: "F20",
    title: `${count} of these, one after another`,
    bounds: { silenceMs: Math.max(...others.map(({ bounds }) => bounds.silenceMs)) },
    witnesses: [],
    async play(round) {
      const { chance } = round.arena;
      const left = [...others];
      for (let i = 0; i < count; i++) {
        const [scenario] = left.splice(chance.between(0, left.length - 1), 1);
        await scenario?.play(round);
        await round.ackedEverywhere();
      }
    },
  };
}
