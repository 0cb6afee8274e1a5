import { expect, test } from "bun:test";
import { entriesOf } from "../../../src/http/input.ts";
import { type AnyOperation, catalogue } from "../../../src/operations/catalogue.ts";

const operations: readonly AnyOperation[] = catalogue;

test("names and routes are unique", () => {
  expect(new Set(operations.map(({ name }) => name)).size).toBe(operations.length);
  const routes = operations.map(({ http }) => `${http.method} ${http.path.replace(/:\w+/g, ":x")}`);
  expect(new Set(routes).size).toBe(routes.length);
});

test.each(operations)(
  "$name is noun.verb, says who may, and takes nothing that it doesn't name",
  (operation) => {
    expect(operation.name).toMatch(/^[a-z]+(\.[a-z][a-zA-Z]+)+$/);
    expect(operation.summary).not.toBe("");
    expect(operation.policy).not.toBe("");
    expect(operation.input.type).toBe("strict_object");
  },
);

test.each(operations)("every path parameter of $name is a field of its input", (operation) => {
  for (const [, name = ""] of operation.http.path.matchAll(/:(\w+)/g)) {
    expect(Object.keys(entriesOf(operation.input))).toContain(name);
  }
});
