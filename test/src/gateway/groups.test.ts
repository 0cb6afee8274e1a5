import { expect, test } from "bun:test";
import { Groups } from "../../../src/gateway/groups.ts";

test("a loop over a group may change it", () => {
  const groups = new Groups<string, number>();
  for (const value of [1, 2, 3]) groups.add("a", value);
  const seen: number[] = [];
  for (const value of groups.of("a")) {
    seen.push(value);
    groups.remove("a", value);
    groups.add("b", value);
  }
  expect(seen).toEqual([1, 2, 3]);
  expect(groups.of("a")).toEqual([]);
  expect(groups.of("b")).toEqual([1, 2, 3]);
});
