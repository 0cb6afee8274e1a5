/** Real nodes, real NATS, real MongoDB, and what goes wrong most: short and small. `npm run chaos` is the same in earnest. */
import { afterAll, describe, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Arena } from "../../load/chaos/arena.ts";
import { keep } from "../../load/chaos/keep.ts";
import { playRound } from "../../load/chaos/round.ts";
import type { Scenario } from "../../load/chaos/scenario.ts";
import { nodeKilled } from "../../load/chaos/scenarios/f01-node-killed.ts";
import { ownerFrozen } from "../../load/chaos/scenarios/f02-owner-frozen.ts";
import { natsServerKilled } from "../../load/chaos/scenarios/f03-nats-server-killed.ts";
import { natsTampers } from "../../load/chaos/scenarios/f05-nats-tampers.ts";
import { slowReader } from "../../load/chaos/scenarios/f11-slow-reader.ts";
import { membershipChurn } from "../../load/chaos/scenarios/f16-membership-churn.ts";
import { sessionRevoked } from "../../load/chaos/scenarios/f17-session-revoked.ts";

const seed = 1;
const bots = 6;
const rooms = 2;
/** Of how long faults last in earnest. */
const pace = 0.1;
/** A round ends by what happens in it; this is only for one that hangs. */
const roundMs = 400_000;

// Outside of the tests: they have a time limit.
const arena = await Arena.start({ seed, pace });
await arena?.populate(bots);

afterAll(() => arena?.[Symbol.asyncDispose]());

const scenarios: readonly Scenario[] = [
  nodeKilled,
  ownerFrozen,
  natsServerKilled,
  natsTampers,
  slowReader,
  membershipChurn,
  sessionRevoked,
];

describe.skipIf(arena === null)("a cluster keeps its promises when", () => {
  test.each(scenarios.map((scenario) => [`${scenario.id}: ${scenario.title}`, scenario] as const))(
    "%s",
    async (_, scenario) => {
      if (arena === null) throw new Error("there is no cluster");
      const outcome = await playRound(arena, scenario, rooms);
      const { violations, error, witnessed } = outcome;
      const isClean = violations.length === 0 && error === null;
      if (!isClean)
        console.error(`kept in ${keep(join(tmpdir(), "starling-chaos"), seed, 0, arena, outcome)}`);
      expect({ error, violations: violations.slice(0, 5) }).toEqual({ error: null, violations: [] });
      for (const name of scenario.witnesses) expect({ [name]: witnessed[name] }).not.toEqual({ [name]: 0 });
    },
    roundMs,
  );
});
