import { expect, test } from "bun:test";
import * as v from "valibot";
import { Unavailable, UnknownOutcome } from "../../../actors/ports.ts";
import type { AnyOperation } from "../../../src/operations/catalogue.ts";
import { cidOf, commandInput } from "../../../src/operations/command-input.ts";
import { createDispatcher } from "../../../src/operations/dispatch.ts";
import { describe } from "../../../src/operations/fault.ts";
import { type Call, openOperation, operation, type RateClass } from "../../../src/operations/operation.ts";
import { createLimiter, type Rates, ratesOff } from "../../../src/operations/rate.ts";
import { startNode } from "../../support/node.ts";

const node = await startNode();
const anybody: Call = { caller: null, connection: null, address: "192.0.2.1" };
const somebody: Call = { ...anybody, caller: { user: "ana", session: "s", expiresAt: 0 } };

/** An open operation that does what it is told. */
function open(
  handle: (input: unknown) => Promise<{ ok: unknown }>,
  rate: RateClass = "read",
  name = "test.open",
) {
  return openOperation({
    name,
    summary: "",
    who: "anyone",
    policy: "",
    http: { method: "POST", path: "/v1/test" },
    rate,
    input: v.strictObject({
      count: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.maxValue(9))),
      kind: v.exactOptional(v.picklist(["a", "b"])),
      people: v.exactOptional(v.array(v.strictObject({ name: v.string() }))),
    }),
    output: v.object({ visible: v.unknown() }),
    handle: (_services, _call, input) => handle(input) as Promise<{ ok: { visible: unknown } }>,
  });
}

function dispatcher(catalogue: readonly AnyOperation[], rates: Rates = ratesOff, faults: unknown[] = []) {
  return createDispatcher(node.services, catalogue, rates, { fault: (_name, error) => faults.push(error) });
}

const echo = dispatcher([open(async (input) => ({ ok: { visible: input, hidden: "secret" } }))]);

test("an operation that doesn't exist is not-found, also when its name is one of Object's", async () => {
  for (const name of ["room.explode", "constructor", "__proto__", ""]) {
    expect(await echo(name, {}, anybody)).toMatchObject({ error: { code: "not-found" } });
  }
});

test("an output holds what its schema names, and nothing else", async () => {
  expect(await echo("test.open", { count: 1 }, anybody)).toEqual({ ok: { visible: { count: 1 } } });
});

test("no input is an empty one", async () => {
  expect(await echo("test.open", undefined, anybody)).toEqual({ ok: { visible: {} } });
});

test.each([
  [{ extra: 1 }, "extra", undefined, "unknown field"],
  [{ count: "1" }, "count", undefined, "must be a number"],
  [{ count: 10 }, "count", 9, "at most 9"],
  [{ count: 1.5 }, "count", undefined, "must be a whole number"],
  [{ kind: "secret" }, "kind", undefined, 'must be ("a" | "b")'],
  [{ people: [{ name: "x" }, {}] }, "people.1.name", undefined, "is required"],
  [{ people: [{ name: "x", "<script>": 1 }] }, "people.0.?", undefined, "unknown field"],
  [{ people: {} }, "people", undefined, "must be a list"],
  [JSON.parse('{"__proto__":{"count":1}}'), "__proto__", undefined, "unknown field"],
  [{ constructor: 1 }, "constructor", undefined, "unknown field"],
  [[], undefined, undefined, "must be an object"],
  ["secret", undefined, undefined, "must be an object"],
])("input %j is refused by field and bound", async (input, field, bound, what) => {
  const result = await echo("test.open", input, anybody);
  expect(result).toEqual({
    error: {
      code: "invalid",
      message: `${field ?? "input"}: ${what}`,
      ...(field !== undefined && { field }),
      ...(bound !== undefined && { bound }),
    },
  });
});

test("a refusal never repeats the input", async () => {
  for (const input of [
    { count: "s3cret" },
    { kind: "s3cret" },
    { "s3cret value": 1 },
    "s3cret",
    ["s3cret"],
  ]) {
    expect(JSON.stringify(await echo("test.open", input, anybody))).not.toContain("s3cret");
  }
});

test("a signed-in operation refuses strangers before it looks at their input", async () => {
  const closed = dispatcher([
    operation({
      name: "test.closed",
      summary: "",
      who: "session",
      policy: "",
      http: { method: "GET", path: "/v1/test" },
      rate: "read",
      input: v.strictObject({}),
      output: v.object({ user: v.string() }),
      handle: async (_services, { caller }) => ({ ok: { user: caller.user } }),
    }),
  ]);
  expect(await closed("test.closed", { bad: 1 }, anybody)).toMatchObject({ error: { code: "unauthorized" } });
  expect(await closed("test.closed", {}, somebody)).toEqual({ ok: { user: "ana" } });
});

test("what a handler throws becomes a closed code, and its message goes nowhere", async () => {
  const faults: unknown[] = [];
  const codes: string[] = [];
  for (const error of [
    new Error("secret"),
    "secret",
    new Unavailable("secret"),
    new UnknownOutcome("secret"),
  ]) {
    const fails = dispatcher([open(() => Promise.reject(error))], ratesOff, faults);
    const result = await fails("test.open", {}, anybody);
    expect(JSON.stringify(result)).not.toContain("secret");
    if ("error" in result) codes.push(result.error.code);
  }
  expect(codes).toEqual(["internal", "internal", "unavailable", "unknown"]);
  expect(faults).toHaveLength(2);
});

test("an output that breaks its own schema is a fault, not an answer", async () => {
  const wrong = dispatcher([
    { ...open(async () => ({ ok: { visible: 1 } })), output: v.object({ visible: v.string() }) },
  ]);
  expect(await wrong("test.open", {}, anybody)).toMatchObject({ error: { code: "internal" } });
});

test("a fault is described by its kind and place, without its message", () => {
  const { error, stack } = describe(new TypeError("secret\n    at secret line"));
  expect(error).toBe("TypeError");
  expect(stack[0]).toContain("dispatch.test.ts");
  expect(stack.join("\n")).not.toContain("secret");
});

test("a user who asks too fast is told how long to wait, on every device; others are not slowed", async () => {
  const rates: Rates = { ...ratesOff, write: { perSecond: 10, burst: 2 } };
  const slow = dispatcher([open(async () => ({ ok: { visible: 1 } }), "write")], rates);
  const codes: unknown[] = [];
  for (let i = 0; i < 3; i++) codes.push(await slow("test.open", {}, somebody));
  expect(codes[2]).toMatchObject({ error: { code: "rate-limited", retryAfterMs: 100 } });
  const device = { ...somebody, caller: { user: "ana", session: "other", expiresAt: 0 } };
  expect(await slow("test.open", {}, device)).toMatchObject({ error: { code: "rate-limited" } });
  const other = { ...somebody, caller: { user: "bob", session: "s", expiresAt: 0 } };
  expect(await slow("test.open", {}, other)).toMatchObject({ ok: {} });
  node.platform.advance(100);
  expect(await slow("test.open", {}, somebody)).toMatchObject({ ok: {} });
});

test("in any window at most burst + rate · time requests pass, and a steady asker at the rate always does", () => {
  const limiter = createLimiter({ perSecond: 20, burst: 40 }, 1_000);
  const passed: number[] = [];
  for (let now = 0; now < 20_000; now += 7) if (limiter("k", now) === 0) passed.push(now);
  for (let from = 0; from < passed.length; from++) {
    for (let to = from; to < passed.length; to++) {
      const window = ((passed[to] ?? 0) - (passed[from] ?? 0)) / 1000;
      expect(to - from + 1).toBeLessThanOrEqual(40 + 20 * window + 1e-9);
    }
  }
  const steady = createLimiter({ perSecond: 20, burst: 1 }, 1_000);
  for (let now = 0; now < 5_000; now += 50) expect(steady("k", now)).toBe(0);
});

test("what costs much takes much, and what costs more than a burst waits for a whole one", () => {
  const limiter = createLimiter({ perSecond: 10, burst: 10 }, 1_000);
  expect([limiter("k", 0, 4), limiter("k", 0, 6), limiter("k", 0, 3)]).toEqual([0, 0, 300]);
  expect(limiter("k", 500, 99)).toBe(500);
  expect([limiter("k", 1_000, 99), limiter("k", 1_000)]).toEqual([0, 100]);
});

test("a limiter forgets those who are idle before those who are busy", () => {
  const limiter = createLimiter({ perSecond: 1, burst: 1 }, 3);
  for (const key of ["a", "b", "c"]) limiter(key, 0);
  expect(limiter("a", 10_000)).toBe(0);
  expect(limiter("d", 10_000)).toBe(0);
  expect(limiter("a", 10_000)).toBeGreaterThan(0);
});

test("a command's cid and `again` stand beside its body and don't belong to it", () => {
  const schema = commandInput({ room: v.string(), text: v.string() });
  const cid = "0193b1a0-1c3e-7def-8a01-23456789abcd";
  expect(cidOf(v.parse(schema, { cid, again: true, room: "r", text: "hi" }))).toEqual({
    cid,
    again: true,
    body: { room: "r", text: "hi" },
  });
  expect(cidOf(v.parse(schema, { cid, room: "r", text: "hi" })).again).toBe(false);
  for (const bad of [cid.toUpperCase(), cid.replace("-7", "-4"), cid.replace("-8", "-c"), `${cid} `, ""]) {
    expect(v.is(schema, { cid: bad, room: "r", text: "hi" })).toBe(false);
  }
});
