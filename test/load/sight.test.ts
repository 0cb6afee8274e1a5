import { describe, expect, test } from "bun:test";
import { digestOf, judgeSight, Room, type Sighting } from "../../load/sight.ts";
import { Story } from "./story.ts";

/** 1 created · 2 early · 3 ana joins · 4 inside · 5 ana removed · 6 between · 7 ana added · 8 after */
function stay(history: "everyone" | "joined"): Story {
  const story = new Story(history);
  story.post("owner", "early");
  story.say("ana", "joined");
  story.post("ana", "inside");
  story.say("owner", "removed", { user: "ana" });
  story.post("owner", "between");
  story.say("owner", "added", { user: "ana", role: "member" });
  story.post("owner", "after");
  return story;
}

const own = (story: Story): Sighting[] => [...story.seenAll(3, 5), ...story.seenAll(7, 8)];
const found = (story: Story, sightings: Sighting[], user = "ana") =>
  judgeSight(new Room(story.events), user, sightings).map(({ kind, seq }) => [kind, seq]);

describe("what a member may see", () => {
  test("their intervals, the removal included", () => {
    for (const history of ["everyone", "joined"] as const) {
      const story = stay(history);
      expect(found(story, own(story))).toEqual([]);
    }
  });

  test("where only members see history: nothing from before, between or after", () => {
    const story = stay("joined");
    for (const seq of [1, 2, 6]) {
      expect(found(story, [...own(story), story.seen(seq, 9_999)])).toEqual([["leaked", seq]]);
    }
  });

  test("where everyone sees history: all of it, once they are a member again", () => {
    const story = stay("everyone");
    const added = story.event(7).at;
    for (const seq of [1, 2, 6]) expect(found(story, [...own(story), story.seen(seq, added)])).toEqual([]);
  });

  test("an event after the removal that came before the return is leaked", () => {
    const story = stay("everyone");
    expect(found(story, [...own(story), story.seen(6)])).toEqual([["leaked", 6]]);
  });

  test("an event from before the joining that came before the joining is leaked", () => {
    const story = stay("everyone");
    expect(found(story, [...own(story), story.seen(2)])).toEqual([["leaked", 2]]);
  });

  test("a stranger sees nothing", () => {
    const story = stay("everyone");
    expect(found(story, [story.seen(8)], "eve")).toEqual([["leaked", 8]]);
  });

  test("a rule that changes holds for later events", () => {
    const story = stay("everyone");
    story.say("owner", "history", { history: "joined" });
    story.post("owner", "hidden from those who come later");
    story.say("ben", "joined");
    const at = story.event(11).at + 1;
    expect(found(story, [story.seen(9, at), story.seen(10, at), story.seen(11)], "ben")).toEqual([
      ["leaked", 10],
    ]);
  });

  test("the newest post that a list of rooms tells counts as seen", () => {
    const story = stay("joined");
    expect(found(story, [...own(story), { is: "mention", at: 9_999, seq: 6 }])).toEqual([["leaked", 6]]);
    expect(found(story, [...own(story), { is: "mention", at: 9_999, seq: 8 }])).toEqual([]);
  });
});

describe("what a member must see", () => {
  test("an event that never came is a hole", () => {
    const story = stay("joined");
    expect(
      found(
        story,
        own(story).filter((seen) => !(seen.is === "event" && seen.seq === 4)),
      ),
    ).toEqual([["hole", 4]]);
  });

  test("a void over one's own interval is a hole", () => {
    const story = stay("joined");
    const rest = own(story).filter((seen) => !(seen.is === "event" && seen.seq === 4));
    expect(found(story, [...rest, { is: "void", at: 9_999, from: 4, to: 4 }])).toEqual([["hole", 4]]);
  });

  test("a void outside of it, a stub for an own command and a named gap are none", () => {
    const story = stay("joined");
    const { at } = story.event(4);
    const sightings: Sighting[] = [
      { is: "void", at, from: 1, to: 2 },
      story.seen(3),
      { is: "stub", at, seq: 4, stamped: at },
      story.seen(5),
      { is: "void", at: 9_999, from: 6, to: 6 },
      { is: "limited", at: 9_999, from: 7, to: 8 },
    ];
    expect(found(story, sightings)).toEqual([]);
  });

  test("the same event as everybody: another one, or a stub of another's command, differs", () => {
    const story = stay("everyone");
    const at = story.event(8).at;
    expect(found(story, [...own(story), { is: "event", at, seq: 8, digest: 1 }])).toEqual([["differs", 8]]);
    expect(found(story, [...own(story), { is: "stub", at, seq: 8, stamped: at }])).toEqual([["differs", 8]]);
  });

  test("a sender's other connection gets the cid too, and that is no difference", () => {
    const story = stay("everyone");
    const digest = digestOf({ ...story.event(4), cid: "0193" });
    const { at } = story.event(4);
    expect(found(story, [...own(story), { is: "event", at, seq: 4, digest }])).toEqual([]);
  });
});
