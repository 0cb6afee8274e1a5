import { expect, test } from "bun:test";
import { Witness } from "../../load/replay/witness.ts";
import { digestOf } from "../../load/sight.ts";

const event = { seq: 3, at: 5, ord: 1, by: "ana", kind: "posted", text: "hi" };

test("a witness notes live events, stubs and voids, pages, lists and named gaps", () => {
  const witness = new Witness(() => 100);
  witness.received({
    t: "events",
    room: "r",
    from: 1,
    events: [{ void: [1, 2] }, event, { seq: 4, at: 6, cid: "c" }],
  });
  witness.received({ re: 1, ok: { room: "r", entries: [event] } });
  witness.received({
    re: 2,
    ok: {
      rooms: [
        { room: "r", last: { seq: 9 } },
        { room: "s", last: null },
      ],
    },
  });
  witness.received({ t: "limited", room: "s", from: 1, to: 40 });
  expect(witness.of("r")).toEqual([
    { is: "void", at: 100, from: 1, to: 2 },
    { is: "event", at: 100, seq: 3, digest: digestOf(event) },
    { is: "stub", at: 100, seq: 4, stamped: 6 },
    { is: "event", at: 100, seq: 3, digest: digestOf(event) },
    { is: "mention", at: 100, seq: 9 },
  ]);
  expect(witness.of("s")).toEqual([{ is: "limited", at: 100, from: 1, to: 40 }]);
});

test("replies that are no pages, and errors, are no sightings", () => {
  const witness = new Witness(() => 0);
  witness.received({ re: 1, ok: { seq: 1, n: 1, at: 1 } });
  witness.received({ re: 2, error: { code: "not-found" } });
  witness.received({ t: "ping", heads: 4 });
  expect(witness.rooms.size).toBe(0);
});
