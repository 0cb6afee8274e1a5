import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { parseFrame } from "../../../src/gateway/parse.ts";

const idOf = (i: number) => String(i).replaceAll("0", "A").padStart(22, "z");
const resume = (rooms: number) =>
  JSON.stringify({
    ...{ t: "resume", n: 1 },
    rooms: Object.fromEntries(Array.from({ length: rooms }, (_, i) => [idOf(i), ["epoch", 1]])),
  });

test("a resume of as many rooms as an account may have is taken, one more isn't", () => {
  expect(parseFrame(resume(limits.resumeRoomsMax))).toMatchObject({ t: "resume", n: 1 });
  expect(parseFrame(resume(limits.resumeRoomsMax + 1))).toBeNull();
});

test("rooms that are no rooms break the rules", () => {
  for (const rooms of [null, 7, "x", [["a", 1]], { short: null }]) {
    expect(parseFrame(JSON.stringify({ t: "resume", n: 1, rooms }))).toBeNull();
  }
});
