import { expect, test } from "bun:test";
import { type AnchorState, lossesIn } from "../../../src/log/jetstream/anchor.ts";

test("losses are told by kind, streams in their order, however they were found", () => {
  const found: [number, AnchorState][] = [
    [3, "missing"],
    [5, "holds"],
    [1, "missing"],
    [2, "new stream"],
    [0, "missing"],
  ];
  expect(lossesIn(new Map(found))).toEqual([
    "LOG_0, LOG_1, LOG_3 are missing, though documents were made from them",
    "LOG_2 was deleted and made anew",
  ]);
});
