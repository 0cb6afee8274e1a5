import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { clusterMutants, clusterNeutral } from "../../load/mutants/cluster.ts";
import { coreMutants } from "../../load/mutants/core.ts";
import { edgeMutants, neutral } from "../../load/mutants/edge.ts";
import { simMutants } from "../../load/mutants/sim.ts";
import { root } from "../../load/mutants/tree.ts";

for (const { name, file, from, to, caughtBy } of [
  ...coreMutants,
  ...edgeMutants,
  ...simMutants,
  ...neutral,
  ...clusterMutants,
  ...clusterNeutral,
]) {
  test(`the mutant "${name}" can still be planted, and the test that it names is there`, () => {
    expect(readFileSync(join(root, file), "utf8").split(from)).toHaveLength(2);
    expect(to).not.toBe(from);
    if (caughtBy !== null && "file" in caughtBy) {
      expect(readFileSync(join(root, caughtBy.file), "utf8").length).toBeGreaterThan(0);
    }
  });
}
