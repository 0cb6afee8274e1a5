import { expect, test } from "bun:test";
import { bury, type KnownLine } from "../../../actors/room/catch-up.ts";
import { view } from "../../../actors/room/frame.ts";

test("a tombstone is a tombstone to the connection that sent the message, too", () => {
  const line = '{"seq":2,"at":1,"ord":1,"by":"ana","kind":"posted","text":"secret"}';
  const part = { by: "ana", cid: "c1", origin: "k1" };
  const known: KnownLine = { seq: 2, line, part };
  bury([known], new Map([[2, 3]]));
  const seen = view(known.line, known.part, { user: "ana", connection: "k1" });
  expect(seen).toContain('"kind":"tombstone"');
  expect(seen).not.toContain("secret");
  // Others may still hold the part.
  expect(part.origin).toBe("k1");
});
