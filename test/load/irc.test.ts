import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type IrcLine, parseAnnotation, parseLine, parseLog } from "../../load/irc.ts";

const log = (text: string) => parseLog(new TextEncoder().encode(text));

describe("a line of a log", () => {
  const cases: [string, IrcLine][] = [
    ["[12:18] <ana> hello  there ", { is: "said", nick: "ana", text: "hello  there " }],
    ["[12:18] <ana>  indented", { is: "said", nick: "ana", text: " indented" }],
    ["[12:18] <ana> a > b <c> d", { is: "said", nick: "ana", text: "a > b <c> d" }],
    ["[12:18] <[w]\\^|`{}-_> hi", { is: "said", nick: "[w]\\^|`{}-_", text: "hi" }],
    ["[12:20] <brad[] > padded", { is: "said", nick: "brad[]", text: "padded" }],
    [
      "[12:18] <ana> === bob is now known as eve",
      { is: "said", nick: "ana", text: "=== bob is now known as eve" },
    ],
    ["[12:18] <ana>", { is: "empty", nick: "ana" }],
    ["[12:18] <ana>  \t", { is: "empty", nick: "ana" }],
    ["[10:00]  * ana waves", { is: "said", nick: "ana", text: "waves" }],
    ["[07:09]  * homejoe", { is: "empty", nick: "homejoe" }],
    ["=== ana scrolls up", { is: "said", nick: "ana", text: "scrolls up" }],
    ["=== ana *shrugs*", { is: "said", nick: "ana", text: "*shrugs*" }],
    ["=== ana has joined the army", { is: "said", nick: "ana", text: "has joined the army" }],
    ["=== ana has left #ubuntu for good", { is: "said", nick: "ana", text: "has left #ubuntu for good" }],
    ["=== ana is now known as the boss", { is: "said", nick: "ana", text: "is now known as the boss" }],
    ["=== ana has quit smoking", { is: "said", nick: "ana", text: "has quit smoking" }],
    ["=== ana", { is: "empty", nick: "ana" }],
    ["=== tuxx [~tuxx@0x50.tele.dk]  has joined #ubuntu", { is: "joined", nick: "tuxx" }],
    ["=== tuxx [[x]@tele.dk]  has joined #UBUNTU", { is: "joined", nick: "tuxx" }],
    ["=== tuxx has joined #ubuntu", { is: "joined", nick: "tuxx" }],
    ["=== tuxx [~tuxx@tele.dk]  has left #ubuntu []", { is: "left", nick: "tuxx" }],
    ['=== tuxx [~tuxx@tele.dk]  has left #ubuntu ["Ooh, bye"]', { is: "left", nick: "tuxx" }],
    ["=== tuxx has left #ubuntu", { is: "left", nick: "tuxx" }],
    ["=== tuxx [~tuxx@tele.dk] has quit [Ping timeout]", { is: "left", nick: "tuxx" }],
    ["=== tuxx has quit IRC (Quit: bye)", { is: "left", nick: "tuxx" }],
    ["=== animal__ is now known as animal_[away]", { is: "renamed", nick: "animal__", to: "animal_[away]" }],
    ["=== ..[topic/#ubuntu:Seveas] : Official help | ask!", { is: "notice" }],
    ["=== mode/#ubuntu [-b *!*@1.2.3.4]  by Seveas", { is: "notice" }],
    ["=== ChanServ changed the topic of #ubuntu to: hi", { is: "notice" }],
    ["=== ana sets mode: +o bob", { is: "notice" }],
    ["", { is: "notice" }],
    ["garbage", { is: "unreadable" }],
    ["[12:18] <> nobody", { is: "unreadable" }],
    ["[12:18] < > nobody", { is: "unreadable" }],
  ];
  for (const [line, meaning] of cases) {
    test(`${JSON.stringify(line)} is ${meaning.is}`, () => expect(parseLine(line)).toEqual(meaning));
  }
});

describe("a file", () => {
  test("counts lines from 0, whatever ends them and whether the last one ends", () => {
    const said = (text: string): IrcLine => ({ is: "said", nick: "ana", text });
    const lines = [said("one"), said("two")];
    expect(log("[00:00] <ana> one\n[00:00] <ana> two\n").lines).toEqual(lines);
    expect(log("[00:00] <ana> one\r\n[00:00] <ana> two").lines).toEqual(lines);
  });

  test("only a line feed ends a line: other separators belong to the text", () => {
    const odd = "a\u2028b\u0085c\rd\ve";
    expect(log(`[00:00] <ana> ${odd}\n`).lines).toEqual([{ is: "said", nick: "ana", text: odd }]);
  });

  test("a byte order mark is no part of the first line", () => {
    expect(log("\ufeff[00:00] <ana> one").lines).toEqual([{ is: "said", nick: "ana", text: "one" }]);
  });

  test("an empty file has no lines, a blank line is one", () => {
    expect(log("").lines).toEqual([]);
    expect(log("\n\n").lines).toEqual([{ is: "notice" }, { is: "notice" }]);
  });

  test("bytes that are not UTF-8 are named by line and read as U+FFFD; a true U+FFFD is not bad", () => {
    const bytes = Buffer.concat([
      Buffer.from("[00:00] <ana> caf"),
      Buffer.from([0xe9]),
      Buffer.from("\n[00:00] <ana> true \ufffd\n[00:00] <ana> "),
      Buffer.from([0xe2, 0x82]),
    ]);
    const { lines, badUtf8 } = parseLog(bytes);
    expect(lines.map((line) => (line.is === "said" ? line.text : ""))).toEqual([
      "caf\ufffd",
      "true \ufffd",
      "\ufffd",
    ]);
    expect(badUtf8).toEqual([0, 2]);
  });

  test("what was said comes back, letter by letter", () => {
    const letters = [..."AZaz09_[]{}\\^`|-"];
    const nick = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 20 });
    // Any code point: fast-check's own unit for that takes seconds to begin.
    const point = fc
      .integer({ min: 0, max: 0x10ffff })
      .map((code) => String.fromCodePoint(code).toWellFormed());
    const text = fc
      .string({ unit: point, minLength: 1, maxLength: 40 })
      .filter((t) => t.trim() !== "" && !/[\n\r]/u.test(t));
    fc.assert(
      fc.property(
        fc.array(fc.record({ nick, text }), { maxLength: 8 }),
        fc.constantFrom("\n", "\r\n"),
        (said, end) => {
          const file = said.map(({ nick, text }) => `[00:00] <${nick}> ${text}${end}`).join("");
          expect(log(file).lines).toEqual(said.map(({ nick, text }) => ({ is: "said", nick, text })));
        },
      ),
    );
  });

  test("any bytes give one meaning a line and never throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const feeds = bytes.filter((byte) => byte === 10).length;
        const open = bytes.length > 0 && bytes.at(-1) !== 10 ? 1 : 0;
        expect(parseLog(bytes).lines.length).toBe(feeds + open);
      }),
    );
  });
});

describe("an annotation", () => {
  test("links the later line to the earlier one, in either order", () => {
    expect(parseAnnotation("1002 1003 - \n1005 1004 -\n").links).toEqual([
      [1003, 1002],
      [1005, 1004],
    ]);
  });

  test("a self link starts a conversation and answers nothing", () => {
    expect(parseAnnotation("1000 1000 -")).toEqual({ links: [], unreadable: 0 });
  });

  test("what is no link is counted", () => {
    expect(parseAnnotation("x y -\n1 2\n\n-1 3 -\r\n4 5 -\r\n")).toEqual({
      links: [
        [2, 1],
        [5, 4],
      ],
      unreadable: 2,
    });
  });
});
