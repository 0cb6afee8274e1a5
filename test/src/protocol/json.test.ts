import { expect, test } from "bun:test";
import fc from "fast-check";
import { limits } from "../../../actors/limits.ts";
import { nestsDeeper, parseJson } from "../../../src/protocol/json.ts";

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test("the scan finds the true depth of any JSON, brackets in strings not counted", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      const depth = depthOf(JSON.parse(text));
      expect(nestsDeeper(text, depth)).toBe(false);
      if (depth > 0) expect(nestsDeeper(text, depth - 1)).toBe(true);
    }),
  );
});

test("what nests deeper than allowed isn't parsed", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  expect(parseJson(nested(limits.depthMax))).not.toBeNull();
  expect(parseJson(nested(limits.depthMax + 1))).toBeNull();
  expect(parseJson('{"a":'.repeat(200_000))).toBeNull();
});

test.each(["", "{", "nope", '{"a":1}x', "\u0000"])("%j is no JSON", (text) => {
  expect(parseJson(text)).toBeNull();
});

test("a key named __proto__ stays a key", () => {
  const parsed = parseJson('{"__proto__":{"polluted":true}}');
  expect(Object.keys(parsed?.value ?? {})).toEqual(["__proto__"]);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
