import { describe, expect, test } from "bun:test";
import { deleted, edited, epoch, posted, reacted, start, tombstone } from "./entries.ts";
import { online, settled } from "./harness.ts";
import { inRoom, messages, texts } from "./room-kit.ts";

describe("the timeline", () => {
  test("is the same array until something changed, and rows keep their identity", async () => {
    const { client, server } = await inRoom(2);
    const { timeline } = client.room("R");
    let calls = 0;
    const off = timeline.subscribe(() => calls++);
    await settled();
    calls = 0;
    const before = timeline.snapshot();
    expect(timeline.snapshot()).toBe(before);
    server.push("R", reacted(3, 2, "+", "bob"));
    const after = timeline.snapshot();
    expect(calls).toBe(1);
    expect(after).not.toBe(before);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    off();
    server.push("R", posted(4, "ana", "m4"));
    expect(calls).toBe(1);
  });

  test("can be handed around without its object, as useSyncExternalStore does", async () => {
    const { client } = await inRoom(2);
    const { snapshot, subscribe } = client.room("R").timeline;
    subscribe(() => {})();
    expect(snapshot().length).toBe(2);
    const list = client.rooms;
    const { snapshot: rooms } = list;
    expect(rooms().length).toBe(1);
  });

  test("shows a deleted message as such, and its edits not at all", async () => {
    const { client, server } = await inRoom(1);
    server.push("R", edited(2, 1, "new"));
    expect(messages(client)).toMatchObject([{ text: "new", editedAt: start + 2 }]);
    server.push("R", deleted(3, 1));
    expect(messages(client)).toMatchObject([{ text: "", deleted: true, seq: 1 }]);
  });

  test("knows a tombstone of a post from that of an edit, also where the deletion isn't loaded", async () => {
    const { client } = await online(({ server }) => {
      server.room("R", [
        { ...tombstone(1, "ana", 90), ord: 1 },
        { ...tombstone(2, "ana", 90), ord: 1 },
        { ...posted(3, "ana", "m3"), ord: 2 },
      ]);
    });
    expect(messages(client).map(({ seq, deleted }) => [seq, deleted])).toEqual([
      [1, true],
      [3, false],
    ]);
  });

  test("notes what happened to the room, and passes over what it doesn't know how to show", async () => {
    const { client, server } = await inRoom(1);
    server.push("R", { seq: 2, at: start + 2, ord: 1, by: "ana", kind: "renamed", name: "New" });
    expect(client.room("R").timeline.snapshot()[1]).toEqual({
      ...{ type: "note", key: "2", seq: 2, at: start + 2, by: "ana" },
      event: { kind: "renamed", name: "New" },
    });
  });

  test("fetches its own line where nobody remembers the body", async () => {
    const { client, server, platform } = await inRoom(1);
    server.room("R", [posted(1, "ana", "m1"), posted(2, "me", "from an earlier life")]);
    server.link.deliver({
      t: "events",
      room: "R",
      epoch,
      from: 2,
      events: [{ seq: 2, at: start, cid: "c" }],
    });
    await platform.advance(0);
    expect(server.link.ops("room.history")[0]?.in).toMatchObject({ after: 1, limit: 1 });
    expect(texts(client)).toEqual(["m1", "from an earlier life"]);
  });
});
