import { beforeAll, describe, expect, test } from "bun:test";
import { entriesOf } from "../../src/http/input.ts";
import { catalogue, type OperationName } from "../../src/operations/catalogue.ts";
import type { Result } from "../../src/operations/operation.ts";
import { granted } from "../support/node.ts";
import { type Carrier, carriers, operationOf, overDispatch, overHttp } from "./carriers.ts";
import { type Case, type Expected, rows } from "./rows.ts";
import { type Caller, callers, createWorld, type World } from "./world.ts";

/** A case, its name forgotten: the input fits the operation that it was written for. */
type AnyCase = Omit<Case<OperationName>, "input"> & { input(world: World, caller: Caller): object };

const names = catalogue.map(({ name }) => name);
const cases: [OperationName, AnyCase][] = names.flatMap((name) =>
  (rows[name] ?? []).map((one): [OperationName, AnyCase] => [name, one]),
);

/** Answers that change nothing can come from one world. */
let common: World;
beforeAll(async () => {
  common = await createWorld();
});

function codeOf(result: Result<unknown>): Expected {
  return "ok" in result ? "ok" : result.error.code;
}

function worldFor(name: OperationName, expected: Expected | undefined): World | Promise<World> {
  const { rate } = operationOf(name);
  const changes = expected === "ok" && (rate === "write" || rate === "auth" || rate === "register");
  return changes ? createWorld() : common;
}

async function answersOf(
  carry: Carrier,
  name: OperationName,
  one: AnyCase,
): Promise<Record<string, Expected>> {
  const answers: Record<string, Expected> = {};
  for (const [column, caller] of callers.entries()) {
    const world = await worldFor(name, one.answers[column]);
    answers[caller] = codeOf(await carry(world.node, world.tokenOf(caller), name, one.input(world, caller)));
  }
  return answers;
}

test("every operation has a row, and every row an answer for every caller", () => {
  expect(Object.keys(rows).sort()).toEqual([...names].sort());
  for (const [, { answers }] of cases) expect(answers).toHaveLength(callers.length);
});

describe.each(Object.entries(carriers))("over %s", (_, carry) => {
  for (const [name, one] of cases) {
    test(`${name} ${one.what}`.trimEnd(), async () => {
      const expected = Object.fromEntries(callers.map((caller, column) => [caller, one.answers[column]]));
      expect(await answersOf(carry, name, one)).toEqual(expected as Record<string, Expected>);
    });
  }
});

const reads = cases.filter(([name]) => operationOf(name).rate === "read");

test.each(reads)("%s answers the same object over both carriers", async (name, one) => {
  const { node, tokenOf } = common;
  const input = one.input(common, "owner");
  const direct = await overDispatch(node, tokenOf("owner"), name, input);
  expect(await overHttp(node, tokenOf("owner"), name, input)).toEqual(direct);
});

const aboutRooms = cases.filter(([name]) => "room" in entriesOf(operationOf(name).input));

test.each(aboutRooms)("%s: a closed room is like none to those outside", async (name, one) => {
  const { node, tokenOf, hidden } = common;
  for (const caller of ["stranger", "left", "banned", "member"] as const) {
    const about = (room: string) =>
      overDispatch(node, tokenOf(caller), name, { ...one.input(common, caller), room });
    expect(await about(hidden)).toEqual(await about(node.platform.id()));
  }
});

test("nobody sees summaries of rooms that they have nothing to do with", async () => {
  const { node, tokenOf, room, hidden } = common;
  const seen = async (caller: Caller) => {
    const summaries = await overHttp(node, tokenOf(caller), "room.summaries", { rooms: [room, hidden] });
    return (granted(summaries) as { rooms: { room: string }[] }).rooms.map((one) => one.room);
  };
  expect(await seen("stranger")).toEqual([]);
  expect(await seen("member")).toEqual([room]);
  expect(await seen("owner")).toEqual([room, hidden]);
});
