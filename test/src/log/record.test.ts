import { describe, expect, test } from "bun:test";
import { Unreadable } from "../../../actors/ports.ts";
import { decodeRecord, encodeRecord } from "../../../src/log/jetstream/record.ts";
import { draft } from "../../contract/log.contract.ts";

const record = draft("room", 7, 3);
const bytes = encodeRecord("room", record);

function whyNot(room: string, data: Uint8Array): string {
  try {
    decodeRecord(room, 5, data);
    return "readable";
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    expect([error.room, error.position, error.bytes]).toEqual([room, 5, data]);
    return error.why;
  }
}

describe("a record's bytes", () => {
  test("give the record back, letters of all lengths included", () => {
    expect(decodeRecord("room", 5, bytes)).toEqual(record);
    const wide = { ...record, frame: "ü€😀\n".repeat(100), server: '{"x":"ü€😀"}' };
    expect(decodeRecord("room", 5, encodeRecord("room", wide))).toEqual(wide);
  });

  test("are read wherever they lie in a larger buffer", () => {
    const larger = new Uint8Array(bytes.length + 20);
    larger.set(bytes, 11);
    expect(decodeRecord("room", 5, larger.subarray(11, 11 + bytes.length))).toEqual(record);
  });

  test("cut off anywhere are never read", () => {
    for (let length = 0; length < bytes.length; length++) {
      // Before the mark is whole nobody can tell that they were ours.
      expect(whyNot("room", bytes.subarray(0, length))).toBe(
        length < "starling/1 ".length ? "foreign" : "truncated",
      );
    }
  });

  test("with something behind them are not ours as we wrote them", () => {
    expect(whyNot("room", Buffer.concat([bytes, Buffer.from(" ")]))).toBe("truncated");
  });

  test("of a newer version say so, whatever follows", () => {
    expect(whyNot("room", Buffer.from("starling/2 anything at all"))).toBe("newer");
  });

  test("of another room, or of somebody else, are foreign", () => {
    expect(whyNot("other", bytes)).toBe("foreign");
    for (const data of ["", "hello", "{}", "starling/x 1", "\u0000".repeat(300)]) {
      expect(whyNot("room", Buffer.from(data))).toBe("foreign");
    }
  });
});
