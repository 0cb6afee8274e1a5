import { expect, test } from "bun:test";
import { chosen, placeOf } from "../../../src/cluster/placement.ts";

const keys = Array.from({ length: 3_000 }, (_, i) => `room${i}`);
const nodes = ["ann", "ben", "cyd", "dan"].map(placeOf);
const three = nodes.slice(0, 3);

test("the order in which a node learned of the others changes nothing", () => {
  for (const key of keys) expect(chosen(key, three.toReversed())).toBe(chosen(key, three));
});

test("each of three nodes gets about a third", () => {
  const shares = Map.groupBy(keys, (key) => chosen(key, three));
  for (const { node } of three) expect(shares.get(node)?.length).toBeWithin(900, 1_100);
});

test("names that differ in their last letter share just as evenly", () => {
  const alike = ["node-1", "node-2", "node-3"].map(placeOf);
  const shares = Map.groupBy(keys, (key) => chosen(key, alike));
  for (const { node } of alike) expect(shares.get(node)?.length).toBeWithin(900, 1_100);
});

test("when a node comes, keys move only to it; when it goes, only its own move", () => {
  const moved = keys.filter((key) => chosen(key, three) !== chosen(key, nodes));
  expect(moved.length).toBeWithin(600, 900);
  for (const key of moved) expect(chosen(key, nodes)).toBe("dan");
});

test("nobody is chosen from nobody", () => {
  expect(chosen("room", [])).toBeNull();
});
