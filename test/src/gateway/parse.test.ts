import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { parseFrame } from "../../../src/gateway/parse.ts";

const idOf = (i: number) => String(i).replaceAll("0", "A").padStart(22, "z");
const resume = (rooms: number) =>
  JSON.stringify({
    ...{ t: "resume", n: 1 },
    rooms: Object.fromEntries(Array.from({ length: rooms }, (_, i) => [idOf(i), ["epoch", 1]])),
  });
const faultOf = (frame: unknown) => {
  const parsed = parseFrame(typeof frame === "string" ? frame : JSON.stringify(frame));
  return "fault" in parsed ? parsed.fault : null;
};

test("a resume of as many rooms as an account may have is taken, one more isn't", () => {
  expect(parseFrame(resume(limits.resumeRoomsMax))).toMatchObject({ t: "resume", n: 1 });
  expect(faultOf(resume(limits.resumeRoomsMax + 1))).toBe("rooms: must be an object of at most 1000 rooms");
});

test("rooms that are no rooms break the rules", () => {
  for (const rooms of [null, 7, "x", [["a", 1]], { short: null }]) {
    expect(faultOf({ t: "resume", n: 1, rooms })).toStartWith("rooms");
  }
});

test("what is wrong with a frame is said by field and bound", () => {
  expect(faultOf("{")).toBe("not JSON, or nested too deeply");
  expect(faultOf("[]")).toBe("a frame is a JSON object");
  expect(faultOf({ id: 1 })).toBe("op: is required");
  expect(faultOf({ id: 1, op: "room.post", extra: 1 })).toBe("extra: unknown field");
  expect(faultOf({ id: 1, op: "o".repeat(65) })).toBe("op: at most 64 characters");
  expect(faultOf({ t: "resume", n: -1, rooms: {} })).toBe("n: at least 0");
  expect(faultOf("x".repeat(limits.frameBytesMax + 1))).toContain(`${limits.frameBytesMax} bytes`);
});

test("and never by value", () => {
  const secret = "correct horse battery";
  for (const frame of [
    { t: secret },
    { t: "hello", token: 7, tab: secret, [secret]: secret },
    { t: "resume", n: 1, rooms: { [secret]: null } },
    { id: 1, op: secret.repeat(9) },
  ]) {
    expect(faultOf(frame)).not.toBeNull();
    expect(faultOf(frame)).not.toContain(secret);
  }
});
