import { describe, expect, test } from "bun:test";
import type { Message, TimelineRow } from "../../sdk/api.ts";
import { arrange, holesAround, type Row } from "../../web/timeline/rows.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const options = {
  me: "me",
  hasOlder: false,
  place: null,
  unreadAfter: null,
  dayOf: (at: number) => Math.floor(at / day),
};

function message(seq: number, over: Partial<Message> = {}): TimelineRow {
  const base: Message = {
    room: "r",
    seq,
    cid: null,
    by: "ana",
    at: seq * minute,
    text: `${seq}`,
    re: null,
    mentions: [],
    editedAt: null,
    deleted: false,
    reactions: [],
    status: "stored",
    error: null,
  };
  return { type: "message", key: `${seq}`, message: { ...base, ...over } };
}

const hole = (from: number, to: number): TimelineRow => ({
  type: "hole",
  key: `hole-${from}-${to}`,
  from,
  to,
});

/** "1" a message, "1^" under its author's name, "day", "unread", "start". */
function shape(rows: readonly Row[]): string[] {
  return rows.map((row) => (row.type === "message" ? `${row.message.seq}${row.head ? "^" : ""}` : row.type));
}

describe("a timeline's rows", () => {
  test("the whole history begins with its start and a day line", () => {
    expect(shape(arrange([message(1), message(2)], options))).toEqual(["start", "day", "1^", "2"]);
  });

  test("a name stands again after another person, five minutes, or a new day", () => {
    const rows = [
      message(1),
      message(2, { by: "ben", at: 2 * minute }),
      message(3, { by: "ben", at: 8 * minute }),
      message(4, { by: "ben", at: 9 * minute }),
      message(5, { by: "ben", at: day }),
    ];
    expect(shape(arrange(rows, options))).toEqual(["start", "day", "1^", "2^", "3^", "4", "day", "5^"]);
  });

  test("what is shown never changes when older rows arrive above it", () => {
    const all = Array.from({ length: 60 }, (_, index) =>
      message(index + 1, {
        by: index % 3 === 0 ? "ana" : "ben",
        at: index * 2 * minute + Math.floor(index / 10) * day,
      }),
    );
    const whole = arrange(all, options);
    for (let from = 1; from < all.length; from++) {
      const part = arrange(all.slice(from), { ...options, hasOlder: true });
      expect(whole.slice(whole.length - part.length)).toEqual(part);
    }
  });

  test("only what hangs together is shown: the newest part, or the one of a place", () => {
    const rows = [
      message(1),
      message(2),
      hole(3, 50),
      message(51),
      message(52),
      hole(53, 90),
      message(91),
      message(92),
    ];
    const parts = [null, 92, 52, 51, 2].map((place) => [
      shape(arrange(rows, { ...options, place })).join(" "),
      holesAround(rows, place),
    ]);
    expect(parts).toEqual([
      ["92", { above: 90, below: null }],
      ["92", { above: 90, below: null }],
      ["52", { above: 50, below: 53 }],
      ["52", { above: 50, below: 53 }],
      ["start day 1^ 2", { above: null, below: 3 }],
    ]);
  });

  test("where a hole is filled, the parts on both its sides become one", () => {
    const rows = [message(1), message(2), message(3), message(4)];
    expect(shape(arrange(rows, { ...options, place: 2 }))).toEqual(["start", "day", "1^", "2", "3", "4"]);
    expect(holesAround(rows, 2)).toEqual({ above: null, below: null });
  });

  test("a hole with nothing after it hides nothing", () => {
    expect(shape(arrange([message(1), hole(2, 9)], options))).toEqual(["start", "day", "1^"]);
  });

  test("the unread line stands above the first message of others that wasn't read", () => {
    const rows = [message(1), message(2, { by: "me" }), message(3, { by: "me" }), message(4), message(5)];
    const unread = { ...options, unreadAfter: 2 };
    expect(shape(arrange(rows, unread))).toEqual(["start", "day", "1^", "2^", "3", "unread", "4^", "5"]);
  });

  test("there is no unread line for one's own messages, nor for deleted ones", () => {
    const rows = [message(1), message(2, { by: "me" }), message(3, { deleted: true })];
    expect(shape(arrange(rows, { ...options, unreadAfter: 1 }))).not.toContain("unread");
  });

  test("while the first unread message isn't loaded, no line claims to be it", () => {
    const rows = [message(20), message(21), message(22)];
    expect(shape(arrange(rows, { ...options, hasOlder: true, unreadAfter: 4 }))).toEqual(["21", "22"]);
  });
});
