import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Entry } from "../../actors/room/frame.ts";
import type { Page } from "../../sdk/entry.ts";
import { holesIn } from "../../sdk/ranges.ts";
import { createRoomLog, type RoomLog } from "../../sdk/room-log.ts";
import { deleted, edited, epoch, posted, reacted, seqOf, tombstone } from "./entries.ts";

const page = (entries: Entry[], head: number, fields: Page["fields"] = []): Page => ({
  ...{ room: "R", epoch, head, entries, fields },
  from: Math.min(...entries.map((entry) => ("void" in entry ? entry.void[0] : entry.seq))),
  to: Math.max(...entries.map(seqOf)),
});

describe("the cursor", () => {
  test("moves by the next seq, ignores what it has, holds what is too far ahead", () => {
    const log = createRoomLog();
    log.apply(epoch, 1, [posted(1, "ana", "one")]);
    expect(log.apply(epoch, 1, [posted(1, "ana", "one again")])).toEqual([]);
    expect(log.apply(epoch, 3, [posted(3, "ana", "three")])).toEqual([]);
    expect([log.last, log.heldFrom]).toEqual([1, 3]);
    const closed = log.apply(epoch, 2, [posted(2, "ana", "two")]);
    expect(closed.map(({ seq }) => seq)).toEqual([2, 3]);
    expect([log.last, log.heldFrom]).toEqual([3, undefined]);
    expect(log.post(1)?.text).toBe("one");
  });

  test("passes a run of voids in one step, also one that begins below it", () => {
    const log = createRoomLog();
    log.apply(epoch, 1, [posted(1, "ana", "one"), posted(2, "ana", "two")]);
    log.apply(epoch, 2, [{ void: [2, 9] }]);
    expect(log.last).toBe(9);
    log.apply(epoch, 12, [{ void: [12, 14] }]);
    log.apply(epoch, 10, [{ void: [10, 12] }]);
    expect([log.last, log.heldFrom]).toEqual([14, undefined]);
  });

  test("is moved by frames, not by pages", () => {
    const log = createRoomLog();
    log.apply(epoch, 1, [posted(1, "ana", "one")]);
    log.load(page([posted(2, "ana", "two"), posted(3, "ana", "three")], 3));
    expect(log.last).toBe(1);
    expect(log.post(3)?.text).toBe("three");
  });

  test("passes over what a page filled when held entries wait behind it", () => {
    const log = createRoomLog();
    log.apply(epoch, 1, [posted(1, "ana", "one")]);
    log.apply(epoch, 4, [posted(4, "ana", "four")]);
    const applied = log.load(page([posted(2, "ana", "two"), posted(3, "ana", "three")], 4));
    expect(applied.map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect(log.last).toBe(4);
  });

  test("begins where the first frame begins, since a joiner enters at its join", () => {
    const log = createRoomLog();
    log.apply(epoch, 57, [posted(57, "ana", "hello")]);
    expect(log.last).toBe(57);
    expect(holesIn(log.ranges, 1, 57)).toEqual([[1, 56]]);
  });

  test("advances over kinds that it doesn't know", () => {
    const log = createRoomLog();
    const strange = {
      seq: 1,
      at: 1,
      ord: 0,
      by: "ana",
      kind: "polled",
      question: "tea?",
    } as unknown as Entry;
    log.apply(epoch, 1, [strange, posted(2, "ana", "two")]);
    expect(log.last).toBe(2);
  });

  test("a full room of held entries still takes the one that closes the gap", () => {
    const log = createRoomLog();
    log.apply(epoch, 1, [posted(1, "ana", "one")]);
    for (let seq = 3; seq < 1_200; seq++) log.apply(epoch, seq, [posted(seq, "ana", "x")]);
    log.apply(epoch, 2, [posted(2, "ana", "two")]);
    expect(log.last).toBe(1_002);
  });
});

describe("an epoch", () => {
  test("that changes drops the copy", () => {
    const log = createRoomLog();
    log.apply(epoch, 1, [posted(1, "ana", "one")]);
    log.apply("F", 1, [posted(1, "bob", "other")]);
    expect([log.cursor, log.post(1)?.text]).toEqual([["F", 1], "other"]);
  });

  test("of a late page from the old incarnation changes nothing", () => {
    const log = createRoomLog();
    log.reset("F", 0);
    log.load(page([posted(1, "ana", "old")], 1));
    expect(log.line(1)).toBeUndefined();
  });
});

describe("limited", () => {
  test("leaves a hole and goes on behind it; what lay below goes too, since it may be edited or deleted in there", () => {
    const log = createRoomLog();
    log.apply(epoch, 1, [posted(1, "ana", "one")]);
    log.limited(epoch, 40);
    log.apply(epoch, 41, [posted(41, "ana", "new")]);
    expect([log.last, log.line(1)]).toEqual([41, undefined]);
    expect(holesIn(log.ranges, 1, 41)).toEqual([[1, 40]]);
  });
});

describe("a tombstone", () => {
  test("drops the content of its target and of the target's edits", () => {
    const log = createRoomLog();
    log.apply(epoch, 1, [posted(1, "ana", "secret"), edited(2, 1, "secret too"), reacted(3, 1, "+")]);
    log.apply(epoch, 4, [deleted(4, 1)]);
    expect(log.post(1)).toBeNull();
    expect(log.line(1)).toEqual(tombstone(1, "ana", 4));
    expect(log.line(2)).toEqual(tombstone(2, "ana", 4));
    expect(log.line(3)?.kind).toBe("reacted");
  });

  test("from a page hides later edits too, where the deletion itself isn't here", () => {
    const log = createRoomLog();
    log.load(page([tombstone(1, "ana", 9)], 9));
    log.load(page([edited(2, 1, "secret")], 9));
    expect(log.line(2)).toEqual(tombstone(2, "ana", 9));
  });

  test("holds against content that comes later", () => {
    const log = createRoomLog();
    log.apply(epoch, 3, [deleted(3, 1)]);
    log.load(page([posted(1, "ana", "secret"), edited(2, 1, "secret too")], 2));
    log.load(
      page([posted(1, "ana", "secret")], 2, [
        { seq: 1, edit: { seq: 2, text: "secret too", at: 1, mentions: [] }, reactions: [] },
      ]),
    );
    expect(JSON.stringify([log.line(1), log.line(2), log.post(1)])).not.toContain("secret");
  });
});

describe("a stub", () => {
  test("without a body keeps its seq, and never replaces a line", () => {
    const log = createRoomLog();
    log.apply(epoch, 1, [{ seq: 1, at: 1, cid: "c" }]);
    expect([log.last, log.line(1)?.kind]).toEqual([1, "unresolved"]);
    log.load(page([posted(1, "me", "body")], 1));
    log.load(page([{ seq: 1, at: 1, cid: "c" }], 1));
    expect(log.post(1)?.text).toBe("body");
  });

  test("takes its body from the command, and its ord from the line before", () => {
    const log = createRoomLog(({ seq, at }) => ({ seq, at, by: "me", kind: "posted", text: "mine" }));
    log.apply(epoch, 6, [posted(6, "ana", "x"), { seq: 7, at: 5, cid: "c" }]);
    expect(log.line(7)).toEqual({ seq: 7, at: 5, ord: 7, by: "me", kind: "posted", text: "mine", cid: "c" });
  });
});

describe("what later events set on a post", () => {
  test("is the page's word up to its head, and the events' above it", () => {
    const log = createRoomLog();
    log.apply(epoch, 5, [reacted(5, 1, "+", "bob"), reacted(6, 1, "+", "cy", false)]);
    log.load(
      page([posted(1, "ana", "one")], 5, [
        {
          seq: 1,
          edit: { seq: 4, text: "edited", at: 7, mentions: ["bob"] },
          reactions: [{ key: "+", users: ["bob", "cy"] }],
        },
      ]),
    );
    expect(log.post(1)).toEqual({
      ...{ text: "edited", re: null, mentions: ["bob"], editedAt: 7 },
      reactions: [{ key: "+", users: ["bob"] }],
    });
  });

  test("holds against events that the page knows of, since what took them back may not be here", () => {
    const log = createRoomLog();
    log.load(page([posted(1, "ana", "one"), reacted(2, 1, "+", "bob")], 9));
    expect(log.post(1)?.reactions).toEqual([{ key: "+", users: ["bob"] }]);
    log.load(page([posted(1, "ana", "one")], 9, [{ seq: 1, edit: null, reactions: [] }]));
    expect(log.post(1)?.reactions).toEqual([]);
  });

  test("an older page doesn't undo a newer one", () => {
    const log = createRoomLog();
    const fields = (users: string[]) => [{ seq: 1, edit: null, reactions: [{ key: "+", users }] }];
    log.load(page([posted(1, "ana", "one")], 9, fields(["bob"])));
    log.load(page([posted(1, "ana", "one")], 5, fields(["bob", "cy"])));
    expect(log.post(1)?.reactions).toEqual([{ key: "+", users: ["bob"] }]);
  });
});

describe("any order", () => {
  /** A room's whole history: what the server would serve of it, in one order or another. */
  const history = fc
    .array(fc.tuple(fc.constantFrom("post", "edit", "react", "unreact", "delete"), fc.nat(), fc.nat(2)), {
      minLength: 1,
      maxLength: 25,
    })
    .map((steps) => {
      const lines: Entry[] = [];
      const gone = new Set<number>();
      for (const [what, which, who] of steps) {
        const posts = lines.filter((line) => "kind" in line && line.kind === "posted" && !gone.has(line.seq));
        const target = posts.length > 0 ? seqOf(posts[which % posts.length] as Entry) : 0;
        const seq = lines.length + 1;
        const by = ["ana", "bob", "cy"][who] ?? "ana";
        if (what === "post" || target === 0) lines.push(posted(seq, by, `text ${seq}`));
        else if (what === "edit") lines.push(edited(seq, target, `edit ${seq}`, by));
        else if (what === "delete") {
          gone.add(target);
          lines.push(deleted(seq, target, by));
        } else lines.push(reacted(seq, target, `k${which % 2}`, by, what === "react"));
      }
      return lines;
    });

  const viewOf = (log: RoomLog, head: number) =>
    Array.from({ length: head }, (_, i) => [log.line(i + 1), log.post(i + 1)]);

  const inOrder = (lines: Entry[]): RoomLog => {
    const log = createRoomLog();
    log.apply(epoch, 1, lines);
    return log;
  };

  test("frames that come split, doubled and shuffled give the same copy", () => {
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (lines, chance) => {
        const log = createRoomLog();
        log.reset(epoch, 0);
        const pick = (n: number): number => (chance.next().value as number) % n;
        const rest = [...lines, ...lines.slice(0, pick(lines.length + 1))];
        while (rest.length > 0) log.apply(epoch, 1, rest.splice(pick(rest.length), 1));
        expect(log.last).toBe(lines.length);
        expect(viewOf(log, lines.length)).toEqual(viewOf(inOrder(lines), lines.length));
      }),
    );
  });

  test("pages that come in any order beside the frames give the same copy", () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.infiniteStream(fc.nat()), (lines, cut, chance) => {
        const head = lines.length;
        const from = (cut % head) + 1;
        const whole = inOrder(lines);
        const pageOf = (first: number, last: number): Page => {
          const entries = lines.slice(first - 1, last).map((line) => whole.line(seqOf(line)) as Entry);
          const fields = entries.flatMap((line) => {
            const post = whole.post(seqOf(line));
            const edit = lines.findLast(
              (each) => "kind" in each && each.kind === "edited" && each.target === seqOf(line),
            );
            if (!post) return [];
            return [
              {
                seq: seqOf(line),
                edit: edit
                  ? { seq: seqOf(edit), text: post.text, at: post.editedAt ?? 0, mentions: [] }
                  : null,
                reactions: post.reactions,
              },
            ];
          });
          return page(entries, head, fields);
        };
        const log = createRoomLog();
        const jobs: (() => void)[] = [
          () => {
            log.apply(epoch, from, lines.slice(from - 1));
          },
        ];
        for (let first = 1; first < from; first += 3) {
          jobs.push(() => {
            log.load(pageOf(first, Math.min(first + 3, from)));
          });
        }
        while (jobs.length > 0) jobs.splice((chance.next().value as number) % jobs.length, 1)[0]?.();
        expect(viewOf(log, head)).toEqual(viewOf(whole, head));
      }),
    );
  });
});

test("trimming keeps the newest lines and leaves the rest loadable", () => {
  const log = createRoomLog();
  log.apply(
    epoch,
    1,
    Array.from({ length: 120 }, (_, i) => posted(i + 1, "ana", "x")),
  );
  log.trim(100);
  expect(log.ranges).toEqual([[21, 120]]);
  expect([log.last, log.line(20), log.post(21)?.text]).toEqual([120, undefined, "x"]);
  // A bot may never look at its rows: what changed must not be remembered for ever.
  expect(log.touched.size).toBe(100);
});
