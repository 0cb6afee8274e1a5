/** Every field of every operation against values that a query, a prototype or a template could choke on. */
import { beforeAll, expect, test } from "bun:test";
import { entriesOf } from "../../src/http/input.ts";
import { catalogue } from "../../src/operations/catalogue.ts";
import { carriers, operationOf } from "./carriers.ts";
import { rows } from "./rows.ts";
import { createWorld, type World } from "./world.ts";

const poisons: unknown[] = [
  { $ne: 1 },
  [{ $gt: "" }],
  [[]],
  null,
  { toString: "x" },
  JSON.parse('{"__proto__":{"role":"owner"}}'),
];

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const fields = catalogue.flatMap(({ name }) =>
  Object.keys(entriesOf(operationOf(name).input)).map((field) => [name, field] as const),
);

test.each(fields)("%s refuses them as its %s, by name", async (name, field) => {
  const { node, tokenOf } = world;
  for (const poison of poisons) {
    const input = { ...rows[name][0]?.input(world, "owner"), [field]: poison };
    const result = await carriers.dispatch?.(node, tokenOf("owner"), name, input);
    expect(result).toMatchObject({ error: { code: "invalid" } });
    expect(result).toHaveProperty("error.field", expect.stringMatching(new RegExp(`^${field}(\\.|$)`)));
  }
  expect(node.faults).toEqual([]);
});
