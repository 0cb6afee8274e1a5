import { expect, test } from "bun:test";
import fc from "fast-check";
import { pack, unpack } from "../../../../src/store/sqlite/parcel.ts";

const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "binary", minLength: 128 }));
const arg = fc.oneof(text, fc.integer(), fc.constant(null), fc.record({ text }), fc.array(text));

test("operations arrive as they were sent, long texts among them", () => {
  const operation = fc.record({ id: fc.nat(), name: fc.string(), args: fc.array(arg) });
  fc.assert(
    fc.property(fc.array(operation), (operations) => {
      // As the other thread gets them.
      expect(unpack(structuredClone(pack(operations)))).toEqual(operations);
    }),
  );
});

test("so do texts at the bound, halves of characters, and what is absent", () => {
  const args = ["x".repeat(127), "x".repeat(128), "\ud800".repeat(200), undefined, null];
  const [operation] = unpack(structuredClone(pack([{ id: 1, name: "put", args }])));
  expect(operation?.args).toEqual([...args.slice(0, 3), null, null]);
});

test("a long text is not escaped", () => {
  const text = '"'.repeat(1_000);
  const [json, ...long] = pack([{ id: 1, name: "append", args: ["room", text] }]);
  expect(json.length).toBeLessThan(100);
  expect(long).toEqual([text]);
});
