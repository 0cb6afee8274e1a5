import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { judgeLines, judgeWhole, type LogEvent } from "../../load/oracle.ts";
import { Story } from "./story.ts";

/** owner creates (1), ana joins (2) and posts 3..; lines are 0.. */
function talk(): Story {
  const story = new Story("everyone");
  story.say("ana", "joined");
  story.post("ana", "hello");
  story.post("ben", "hi", 0);
  story.post("ana", "yes");
  story.say("owner", "removed", { user: "ben" });
  story.post("ana", "yes", 1);
  story.post("ben", "bye", 2);
  return story;
}

const kinds = (story: Story, events: readonly LogEvent[], order: "total" | "sender" = "total") =>
  judgeLines(story.sent, events, order).map(({ kind }) => kind);

/** The story's events with one of them changed, at the given seq. */
const changed = (story: Story, seq: number, fields: Record<string, unknown>) =>
  story.events.map((event) => (event.seq === seq ? { ...event, ...fields } : event));

/** Later events move up or down, as they would if the server had made the fault. */
const renumbered = (events: LogEvent[]) => {
  const seqs = new Map(events.map((event, index) => [event.seq, index + 1]));
  return events.map((event, index) => ({
    ...event,
    seq: index + 1,
    ...(event.re === undefined ? {} : { re: seqs.get(Number(event.re)) ?? 1 }),
  }));
};

describe("lines against a room", () => {
  test("a faithful room has no fault", () => {
    const story = talk();
    expect(judgeLines(story.sent, story.events, "total")).toEqual([]);
    expect(judgeWhole(story.events, 8)).toEqual([]);
  });

  test("a lost post is found, and lines said twice by one person are told apart", () => {
    const story = talk();
    const events = story.events.filter(({ seq }) => seq !== 5);
    expect(kinds(story, events)).toContain("lost");
    expect(judgeLines(story.sent, events, "total").filter(({ kind }) => kind === "lost")).toHaveLength(1);
  });

  test("a doubled post is found", () => {
    const story = talk();
    const events = [...story.events, { ...story.event(3), seq: 9 }];
    expect(kinds(story, events)).toEqual(["doubled"]);
  });

  test("a post that nobody sent is found", () => {
    const story = talk();
    expect(kinds(story, [...story.events, { ...story.event(7), seq: 9, text: "ghost" }])).toEqual([
      "doubled",
    ]);
  });

  test("two posts that changed places are found", () => {
    const story = talk();
    const [a, b] = [story.event(3), story.event(4)];
    const events = changed(story, 3, { by: b.by, text: b.text }).map((event) =>
      event.seq === 4 ? { ...event, by: a.by, text: a.text, re: undefined } : event,
    );
    expect(kinds(story, events)).toContain("reordered");
  });

  test("between senders order is free where nobody waited, within one sender never", () => {
    const story = new Story("everyone");
    story.post("ana", "1");
    story.post("ben", "2");
    story.post("ana", "3");
    const [created, one, two, three] = [1, 2, 3, 4].map((seq) => story.event(seq)) as [
      LogEvent,
      LogEvent,
      LogEvent,
      LogEvent,
    ];
    const unacked = story.sent.map((line) => ({ ...line, seq: null }));
    const found = (events: LogEvent[]) =>
      judgeLines(unacked, renumbered(events), "sender").map(({ kind }) => kind);
    expect(found([created, two, one, three])).toEqual([]);
    expect(found([created, three, two, one])).toEqual(["reordered"]);
  });

  test("a wrong author, text or answered line is found and named", () => {
    const story = talk();
    expect(judgeLines(story.sent, changed(story, 4, { by: "eve" }), "total")).toEqual([
      { kind: "author", line: 1, seq: 4 },
    ]);
    expect(judgeLines(story.sent, changed(story, 4, { text: "hi?" }), "total")).toEqual([
      { kind: "text", line: 1, seq: 4 },
    ]);
    expect(judgeLines(story.sent, changed(story, 8, { re: 3 }), "total")).toEqual([
      { kind: "reply", line: 4, seq: 8 },
    ]);
    expect(kinds(story, changed(story, 3, { re: 1 }))).toEqual(["reply"]);
    expect(kinds(story, changed(story, 8, { re: undefined }))).toEqual(["reply"]);
  });

  test("an ack that named another seq is found", () => {
    const story = talk();
    const sent = story.sent.map((line) => (line.line === 1 ? { ...line, seq: 9 } : line));
    expect(judgeLines(sent, story.events, "total")).toEqual([{ kind: "ack", line: 1, seq: 4 }]);
  });

  test("any one fault in any conversation is found", () => {
    const talks = fc.array(
      fc.record({ by: fc.constantFrom("a", "b", "c"), text: fc.constantFrom("x", "y", "z") }),
      {
        minLength: 2,
        maxLength: 40,
      },
    );
    const faults = fc.constantFrom("drop", "double", "author", "text");
    fc.assert(
      fc.property(talks, faults, fc.nat(), (lines, fault, pick) => {
        const story = new Story("everyone");
        for (const { by, text } of lines) story.post(by, text);
        const seq = 2 + (pick % lines.length);
        const events = {
          drop: () => renumbered(story.events.filter((event) => event.seq !== seq)),
          double: () =>
            renumbered(story.events.flatMap((event) => (event.seq === seq ? [event, event] : [event]))),
          author: () => changed(story, seq, { by: "d" }),
          text: () => changed(story, seq, { text: "w" }),
        }[fault]();
        expect(judgeLines(story.sent, story.events, "total")).toEqual([]);
        expect(judgeLines(story.sent, events, "total").length).toBeGreaterThan(0);
      }),
    );
  });
});

describe("a room seen whole", () => {
  const story = talk();
  const found = (events: readonly LogEvent[], head = 8) => judgeWhole(events, head).map(({ kind }) => kind);

  test("a missing seq is a hole, at the end too", () => {
    expect(found(story.events)).toEqual([]);
    expect(found(story.events.filter(({ seq }) => seq !== 6))).toEqual(["hole"]);
    expect(found(story.events, 9)).toEqual(["hole"]);
  });

  test("a seq that comes twice, or above the head, is doubled", () => {
    expect(found([...story.events.slice(0, 6), story.event(6), ...story.events.slice(6)])).toContain(
      "doubled",
    );
    expect(found(story.events, 7)).toEqual(["doubled"]);
  });

  test("time that falls and a wrong count of posts are found", () => {
    expect(found(changed(story, 5, { at: 1 }))).toEqual(["reordered"]);
    expect(found(changed(story, 5, { ord: 9 }))).toEqual(["differs"]);
  });
});
