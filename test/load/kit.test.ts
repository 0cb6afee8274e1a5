import { describe, expect, test } from "bun:test";
import { Chance } from "../../load/kit/chance.ts";
import { flagsOf } from "../../load/kit/flags.ts";
import { tableOf } from "../../load/kit/report.ts";
import { frameOf } from "../../load/kit/wire.ts";

describe("flags", () => {
  const known = { values: ["seed", "keep"], switches: ["storm"] };

  test("values, switches and words", () => {
    const flags = flagsOf(["logs", "--seed", "7", "--keep=/a=b", "--storm"], known);
    expect(flags.words).toEqual(["logs"]);
    expect(flags.number("seed", 1)).toBe(7);
    expect(flags.text("keep")).toBe("/a=b");
    expect(flags.has("storm")).toBe(true);
    expect(flagsOf([], known).number("seed", 1)).toBe(1);
  });

  test("what is unknown, missing or no number is named", () => {
    expect(() => flagsOf(["--speed", "7"], known)).toThrow("--speed");
    expect(() => flagsOf(["--seed"], known)).toThrow("--seed needs a value");
    expect(() => flagsOf(["--seed", "--storm"], known)).toThrow("--seed needs a value");
    expect(() => flagsOf(["--seed", "x"], known).number("seed", 1)).toThrow("whole number");
  });
});

describe("chance", () => {
  test("one seed makes the same choices again, another one others", () => {
    const choices = (seed: number) => {
      const chance = new Chance(seed);
      return Array.from({ length: 20 }, () => chance.between(0, 1_000));
    };
    expect(choices(5)).toEqual(choices(5));
    expect(choices(5)).not.toEqual(choices(6));
  });

  test("both ends of a range come up", () => {
    const chance = new Chance(1);
    const seen = new Set(Array.from({ length: 200 }, () => chance.between(3, 5)));
    expect([...seen].sort()).toEqual([3, 4, 5]);
  });
});

test("a table's columns fit their widest cell", () => {
  expect(
    tableOf(
      ["what", "n"],
      [
        ["ä", 5],
        ["longer", 1234],
      ],
    ),
  ).toBe(["what       n", "──────  ────", "ä          5", "longer  1234"].join("\n"));
});

test("a client's frame says its length in the shortest way, and masks with zeros", () => {
  expect([...frameOf(1, Buffer.from("hi"))]).toEqual([0x81, 0x82, 0, 0, 0, 0, 104, 105]);
  expect([...frameOf(2, Buffer.alloc(126)).subarray(0, 4)]).toEqual([0x82, 0xfe, 0, 126]);
  expect([...frameOf(2, Buffer.alloc(65_536)).subarray(0, 10)]).toEqual([0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0]);
});
