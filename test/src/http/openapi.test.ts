import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { type AnyOperation, catalogue } from "../../../src/operations/catalogue.ts";
import { ask, startNode } from "../../support/node.ts";

interface Parameter {
  name: string;
  in: string;
  required: boolean;
  schema: { type?: string };
}
interface Described {
  operationId: string;
  parameters: Parameter[];
  security: object[];
  requestBody?: {
    content: { "application/json": { schema: { properties: Record<string, unknown>; required: string[] } } };
  };
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Described>>;
}

const node = await startNode();
const document = (await ask(node, "GET", "/openapi.json")).body as Document;
const operations: readonly AnyOperation[] = catalogue;
const described = Object.values(document.paths).flatMap((methods) => Object.values(methods));

function describedAs(name: string): Described {
  const found = described.find(({ operationId }) => operationId === name);
  if (!found) throw new Error(`${name} isn't described`);
  return found;
}

test("it is OpenAPI 3.1, with every operation under its own id", () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(described.map(({ operationId }) => operationId).sort()).toEqual(
    operations.map(({ name }) => name).sort(),
  );
});

test("bounds in bytes are said: they aren't bounds in characters", () => {
  const body = describedAs("room.post").requestBody?.content["application/json"].schema;
  expect(body?.properties.text).toMatchObject({ "x-maxBytes": limits.textBytesMax });
  const reaction = describedAs("room.react").requestBody?.content["application/json"].schema;
  expect(reaction?.properties.key).toMatchObject({ "x-maxBytes": limits.reactionBytesMax });
});

test.each(operations)("$name stands under its method and path", ({ name, http }) => {
  const path = http.path.replace(/:(\w+)/g, "{$1}");
  expect(document.paths[path]?.[http.method.toLowerCase()]?.operationId).toBe(name);
});

test.each(operations)(
  "$name: parameters of the path are declared, required, and nothing else is a path's",
  (operation) => {
    const { parameters } = describedAs(operation.name);
    const inPath = [...operation.http.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
    expect(
      parameters
        .filter((one) => one.in === "path")
        .map(({ name }) => name)
        .sort(),
    ).toEqual(inPath.sort());
    for (const one of parameters) expect(one.in === "path" ? one.required : true).toBe(true);
  },
);

test("schemas name fields, bounds and what is required, as the dispatcher checks them", () => {
  const { requestBody, security } = describedAs("account.register");
  const schema = requestBody?.content["application/json"].schema;
  expect(schema).toMatchObject({
    type: "object",
    additionalProperties: false,
    properties: { password: { type: "string", minLength: 10, maxLength: 256 } },
  });
  expect(schema?.required.sort()).toEqual(["device", "name", "password"]);
  expect(security).toEqual([]);
  const sync = describedAs("account.sync");
  expect(sync.parameters).toMatchObject([{ name: "since", in: "query", required: false }]);
  expect(sync.security).toEqual([{ access: [] }]);
});

test("every reference leads somewhere, and no foreign dialect is named", () => {
  const text = JSON.stringify(document);
  expect(text).not.toContain("$schema");
  for (const [, pointer = ""] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const target = pointer
      .split("/")
      .reduce<unknown>(
        (at, key) =>
          typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined,
        document,
      );
    expect(target).toBeDefined();
  }
});

test("the docs page and its parts come from us", async () => {
  const page = await ask(node, "GET", "/docs");
  expect(page.headers.get("content-type")).toStartWith("text/html");
  const sources = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = ""]) => path);
  for (const path of sources.filter((source) => source !== "data:,")) {
    expect(path).toStartWith("/");
    expect((await ask(node, "GET", path)).status).toBe(200);
  }
  expect(String(page.body)).not.toMatch(/<script>|style=|onload=/);
  const script = await ask(node, "GET", "/docs/page.js");
  expect(script.headers.get("content-type")).toStartWith("text/javascript");
  expect(String(script.body)).not.toContain("interface ");
});
