import { expect, test } from "bun:test";
import { limits } from "../../../../actors/limits.ts";
import { Lanes } from "../../../../src/store/sqlite/lanes.ts";

/** Lanes in which each operation that is taken costs `ms`; `next` performs one group. */
function lanesWith(ms: number, names: readonly string[]) {
  let now = 0;
  const lanes = new Lanes(() => now);
  names.forEach((name, id) => void lanes.push({ id, name, args: [] }));
  const next = () => {
    const group: string[] = [];
    for (const { name } of lanes.group()) {
      group.push(name);
      now += ms;
    }
    return group;
  };
  return { lanes, next };
}

test("appends go before projection work that came earlier, and never share its commit", () => {
  const { next } = lanesWith(0, ["apply", "append", "apply", "append"]);
  expect(next()).toEqual(["append", "append"]);
  expect(next()).toEqual(["apply", "apply"]);
});

test("an append waits for one slice of a backlog at most", () => {
  const { lanes, next } = lanesWith(limits.groupBackgroundMs, Array(10).fill("apply"));
  expect(next()).toEqual(["apply"]);
  lanes.push({ id: 99, name: "append", args: [] });
  expect(next()).toEqual(["append"]);
  expect(next()).toEqual(["apply"]);
});

test("a storm of appends doesn't starve projection work", () => {
  const { next } = lanesWith(limits.groupMs, ["append", "append", "apply", "append"]);
  expect([next(), next(), next(), next()]).toEqual([["append"], ["apply"], ["append"], ["append"]]);
});

test("lanes are empty when everything was taken, and can be filled again", () => {
  const { lanes, next } = lanesWith(0, ["append", "apply"]);
  expect(lanes.empty).toBe(false);
  expect([...next(), ...next()]).toEqual(["append", "apply"]);
  expect(lanes.empty).toBe(true);
  lanes.push({ id: 9, name: "trim", args: [] });
  expect(next()).toEqual(["trim"]);
});
