import { expect, test } from "bun:test";
import { toJsonSchema } from "@valibot/to-json-schema";
import { type AnyOperation, catalogue } from "../../../src/operations/catalogue.ts";

const page = await Bun.file(new URL("../../../docs/protocol.md", import.meta.url)).text();
const operations: readonly AnyOperation[] = catalogue;

test("docs/protocol.md lists every operation with its address and its input, and no other", () => {
  const listed = page
    .slice(page.indexOf("## 10. Operations"))
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").slice(1, 4).join("|").replaceAll(/[` ]+/g, " ").trim());
  expect(listed).toEqual(operations.map(rowOf));
});

function rowOf({ name, http, input }: AnyOperation): string {
  const schema = toJsonSchema(input, { typeMode: "input", errorMode: "ignore" });
  const required = new Set(schema.required ?? []);
  const fields = Object.keys(schema.properties ?? {})
    .filter((field) => field !== "again")
    .map((field) => (required.has(field) ? field : `${field}?`));
  return `${name} | ${http.method} ${http.path} | ${fields.join(" ")}`.trim();
}
