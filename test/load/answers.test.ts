import { describe, expect, test } from "bun:test";
import { expectedOf, faultOfClose, faultOfError, faultOfText } from "../../load/fuzz/answers.ts";

describe("how a frame must be answered", () => {
  test("a request with an id gets a reply to that id", () => {
    expect(expectedOf('{"id":7,"op":"x"}')).toEqual({ reply: 7 });
    expect(expectedOf('{"id":"a","op":"x","in":null}')).toEqual({ reply: "a" });
  });

  test("what is no request, or has an id that none may have, ends the connection", () => {
    for (const text of [
      "",
      "{",
      "null",
      "[]",
      '{"id":1}',
      '{"id":1,"op":2}',
      '{"id":{},"op":"x"}',
      '{"t":"x"}',
    ]) {
      expect(expectedOf(text)).toBe("end");
    }
    expect(expectedOf(`{"id":"${"a".repeat(65)}","op":"x"}`)).toBe("end");
    expect(expectedOf('{"id":1e999,"op":"x"}')).toBe("end");
    expect(expectedOf('{"t":{"toString":1}}')).toBe("end");
    expect(expectedOf(null)).toBe("end");
  });

  test("a note, and a request that wants no reply, may meet silence", () => {
    expect(expectedOf('{"op":"room.typing"}')).toBe("any");
    expect(expectedOf('{"t":"pong"}')).toBe("any");
  });
});

describe("faults of an answer", () => {
  const error = {
    code: "invalid",
    message: "text: at most 16384 bytes",
    retryable: false,
    field: "text",
    bound: 1,
  };

  test("a typed error has none", () => expect(faultOfError(error)).toBeNull());

  test("an unknown code, a wrong retryable, a stray field or an internal error is one", () => {
    expect(faultOfError({ ...error, code: "oops" })).toContain("unknown code");
    expect(faultOfError({ ...error, code: "toString" })).toContain("unknown code");
    expect(faultOfError({ ...error, retryable: true })).toContain("retryable");
    expect(faultOfError({ ...error, stack: "" })).toContain("stack");
    expect(faultOfError({ ...error, code: "internal", retryable: true })).toBe("an internal error");
    expect(faultOfError("no")).not.toBeNull();
  });

  test("a close code is ours or the WebSocket layer's; none is right only for broken framing", () => {
    expect(faultOfClose(4503, false)).toBeNull();
    expect(faultOfClose(1007, false)).toBeNull();
    expect(faultOfClose(4999, false)).not.toBeNull();
    expect(faultOfClose(1011, false)).not.toBeNull();
    expect(faultOfClose(null, false)).not.toBeNull();
    expect(faultOfClose(null, true)).toBeNull();
  });

  test("another user's words and our own machinery are found wherever they stand", () => {
    expect(faultOfText('{"text":"the canary-1 sings"}', ["canary-1"])).toBe("another user's data");
    for (const leak of [
      "at handle (/srv/app/src/gateway/gateway.ts:12:3)",
      "SQLiteError: no such table",
      "SELECT * FROM messages",
      "TypeError: undefined is not a function",
      '{"issues":[]}',
    ]) {
      expect(faultOfText(leak, [])).toContain("inside");
    }
    expect(faultOfText('{"re":1,"error":{"message":"text: must be a string"}}', ["canary-1"])).toBeNull();
  });
});
