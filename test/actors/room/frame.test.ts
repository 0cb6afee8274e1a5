import { expect, test } from "bun:test";
import fc from "fast-check";
import { differs, frameOf, lineOf, linesOf, view, viewFrame } from "../../../actors/room/frame.ts";
import { tombstoneOf } from "../../../actors/room/tombstone.ts";
import { utf8Length } from "../../../actors/room/utf8.ts";

const post = (seq: number, text: string) => lineOf({ seq, at: 5, ord: seq, by: "ana", kind: "posted", text });

test("cutting a frame gives its lines back, whatever the texts say", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (texts) => {
      const lines = texts.map((text, i) => post(i + 1, text));
      const frame = frameOf("r", "e", 1, lines);
      expect(linesOf(frame)).toEqual(lines);
      expect(JSON.parse(frame)).toMatchObject({
        t: "events",
        from: 1,
        events: lines.map((line) => JSON.parse(line)),
      });
    }),
  );
});

test("the sending connection gets a stub, the sender's others the cid, everybody else the bare line", () => {
  const line = post(3, "hi");
  const part = { by: "ana", cid: "c", hash: "h", origin: "a1" };
  const as = (user: string, connection: string | null) => JSON.parse(view(line, part, { user, connection }));
  expect(as("ana", "a1")).toEqual({ seq: 3, at: 5, cid: "c" });
  expect(as("ana", "a2")).toEqual({ ...JSON.parse(line), cid: "c" });
  expect(as("ana", null)).toEqual({ ...JSON.parse(line), cid: "c" });
  expect(as("bob", "a1")).toEqual(JSON.parse(line));
});

test("a whole frame is viewed line by line, whoever sent which of them", () => {
  const part = fc.record(
    { by: fc.constantFrom("ana", "bob"), cid: fc.constant("c"), origin: fc.constantFrom("a1", "a2") },
    { requiredKeys: ["by"] },
  );
  const sent = fc.array(fc.record({ text: fc.string({ unit: "binary" }), part }), { minLength: 1 });
  fc.assert(
    fc.property(sent, fc.constantFrom("a1", null), (all, connection) => {
      const viewer = { user: "ana", connection };
      const lines = all.map(({ text, part }, i) => ({ line: post(i + 1, text), part }));
      const bare = frameOf(
        "r",
        "e",
        1,
        lines.map(({ line }) => line),
      );
      const viewed = lines.map(({ line, part }) => view(line, part, viewer));
      expect(viewFrame(bare, lines, viewer)).toBe(frameOf("r", "e", 1, viewed));
    }),
  );
});

test("nobody ever gets the hash or the connection of a line", () => {
  const part = { by: "ana", cid: "c", hash: "secret-hash", origin: "secret-origin" };
  for (const user of ["ana", "bob"]) {
    expect(view(post(1, "x"), part, { user, connection: "other" })).not.toContain("secret");
  }
});

test("a line differs only for its sender, and only if a cid stands on it", () => {
  expect(differs({ by: "ana", cid: "c" }, { user: "ana", connection: null })).toBe(true);
  expect(differs({ by: "ana", cid: "c" }, { user: "bob", connection: null })).toBe(false);
  expect(differs({ by: "ana" }, { user: "ana", connection: null })).toBe(false);
});

test("a tombstone keeps where, when and whose it was, and nothing else", () => {
  expect(JSON.parse(tombstoneOf(post(4, "secret"), 9))).toEqual({
    seq: 4,
    at: 5,
    ord: 4,
    by: "ana",
    kind: "tombstone",
    deleted: 9,
  });
});

test("utf8Length counts what the encoder would write", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
    }),
  );
});
