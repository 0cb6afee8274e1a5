import { expect, test } from "bun:test";
import { Unavailable, UnknownOutcome } from "../../../actors/ports.ts";
import { lineOf } from "../../../src/operations/fault.ts";

test("a fault is logged with where it arose, and without its message, which may quote content", () => {
  const line = lineOf("history", new TypeError("ana wrote: birds"));
  expect(line).toMatchObject({ level: "error", msg: "fault", where: "history", error: "TypeError" });
  expect(line.stack).toContainEqual(expect.stringContaining("fault.test.ts"));
  expect(JSON.stringify(line)).not.toContain("birds");
});

test("services that are away are a warning of one short line, not a fault with a stack", () => {
  for (const error of [new Unavailable("the leader gives no answer"), new UnknownOutcome()]) {
    expect(lineOf("history", error)).toEqual({
      ...{ level: "warn", msg: "unavailable", where: "history", error: error.name },
    });
  }
});
