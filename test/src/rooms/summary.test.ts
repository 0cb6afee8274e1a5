import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { accessOf } from "../../../src/rooms/access.ts";
import { horizon } from "../../../src/rooms/history.ts";
import { mentionsIn, summaryOf, unreadOf } from "../../../src/rooms/summary.ts";
import { changed, posted } from "../../contract/writes.ts";
import { edgeOf, groupOfTwo, room, type WrittenRoom } from "./written-room.ts";

async function summaryFor(written: WrittenRoom, user: string) {
  const [access] = await accessOf(written, room, [user]);
  if (access === undefined) throw new Error("no access");
  return await summaryOf(written, room, access);
}

test("unread counts are as of the seq that they name, when the documents move while they are read", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "one" });
  await written.project();
  let reads = 0;
  const counts = await edgeOf(written).steady(room, "bob", async (access) => {
    if (++reads === 1) {
      await written.write("ana", { kind: "posted", text: "two" });
      await written.write("ana", { kind: "deleted", target: post, author: "ana" });
      await written.project();
    }
    return await unreadOf(written, room, access);
  });
  expect(counts).toMatchObject({ unread: 1, seq: post + 2 });
  expect(reads).toBe(2);
});

test("posts that come while counts are read change nothing of them, so nobody reads again", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "one" });
  await written.project();
  let reads = 0;
  const counts = await edgeOf(written).steady(room, "bob", async (access) => {
    reads++;
    await written.write("ana", { kind: "posted", text: "two" });
    await written.project();
    return await unreadOf(written, room, access);
  });
  expect(counts).toMatchObject({ unread: 1, seq: post });
  expect(reads).toBe(1);
});

test("an edit that comes while counts are read may change who is mentioned, whatever its text claims to be", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "one" });
  await written.project();
  let reads = 0;
  const counts = await edgeOf(written).steady(room, "bob", async (access) => {
    if (++reads === 1) {
      await written.write("ana", {
        kind: "edited",
        target: post,
        text: '"kind":"posted"',
        mentions: ["bob"],
      });
      await written.project();
    }
    return await unreadOf(written, room, access);
  });
  expect(counts).toMatchObject({ mentions: 1, seq: post + 1 });
  expect(reads).toBe(2);
});

test("a million posts of one's own are not counted through: what isn't looked at reads as more", async () => {
  const written = await groupOfTwo();
  await written.project();
  const mine = Array.from({ length: limits.unreadLookMax + 1 }, (_, i) =>
    posted(i + 2, "bob", "x", { room }),
  );
  await written.store.projection.apply([...mine, changed(limits.unreadLookMax + 2, {}, { room })]);
  const [access] = await accessOf(written, room, ["bob"]);
  if (access === undefined) throw new Error("no access");
  expect(await unreadOf(written, room, access)).toMatchObject({ unread: limits.unreadExactMax + 1 });
});

test("the newest post is found behind many events that are none", async () => {
  const written = await groupOfTwo();
  const seq = await written.write("ana", { kind: "posted", text: "one" });
  const react = { kind: "reacted", target: seq, key: "+", on: true } as const;
  await written.write("bob", ...Array.from({ length: 2_000 }, () => react));
  await written.project();
  const read = written.counted("range");
  expect((await summaryFor(written, "bob"))?.last).toMatchObject({ seq, text: "one" });
  // And no line of those many is read for it.
  expect(read.rows).toBe(1);
});

test("the newest post is shown as it was last edited; once deleted, the one before it is the newest", async () => {
  const written = await groupOfTwo();
  const first = await written.write("ana", { kind: "posted", text: "one" });
  const second = await written.write("ana", { kind: "posted", text: "two" });
  await written.project();
  // These are in the log only.
  await written.write("ana", { kind: "edited", target: second, text: "too" });
  expect((await summaryFor(written, "bob"))?.last).toMatchObject({ seq: second, text: "too" });
  await written.write("ana", { kind: "deleted", target: second, author: "ana" });
  expect((await summaryFor(written, "bob"))?.last).toMatchObject({ seq: first, text: "one" });
});

test("to a removed member the newest post is the last that they saw, as they saw it", async () => {
  const written = await groupOfTwo();
  const seq = await written.write("ana", { kind: "posted", text: "one" });
  await written.write(
    "ana",
    { kind: "removed", user: "bob" },
    { kind: "edited", target: seq, text: "secret" },
    { kind: "posted", text: "secret too" },
  );
  await written.project();
  expect((await summaryFor(written, "bob"))?.last).toMatchObject({ seq, text: "one" });
});

test("to a removed member a room stays what it was at their removal", async () => {
  const written = await groupOfTwo();
  await written.write("ana", { kind: "renamed", name: "Parrots" }, { kind: "access", join: "open" });
  const at = written.platform.now();
  const head = await written.write("ana", { kind: "removed", user: "bob" });
  written.platform.advance(1_000);
  await written.write(
    "ana",
    { kind: "renamed", name: "Without bob" },
    { kind: "described", about: "secret" },
    { kind: "history", history: "everyone" },
    { kind: "added", user: "cyd", role: "member" },
  );
  await written.project();
  expect(await summaryFor(written, "bob")).toMatchObject({
    name: "Parrots",
    about: "",
    history: "joined",
    join: "open",
    members: 0,
    at,
    head,
    role: null,
  });
  expect(await summaryFor(written, "ana")).toMatchObject({
    name: "Without bob",
    about: "secret",
    members: 2,
  });
});

test("what mentions a removed member is what did so at the end, whatever later edits say", async () => {
  const written = await groupOfTwo();
  const post = async (mentions: string[]) =>
    await written.write("ana", { kind: "posted", text: "one", mentions });
  const edit = async (target: number, mentions: string[]) =>
    await written.write("ana", { kind: "edited", target, text: "two", mentions });
  const [taken, given, kept, deleted, calm] = [
    await post(["bob"]),
    await post([]),
    await post([]),
    await post(["bob"]),
    await post(["bob"]),
  ];
  await edit(kept, ["bob"]);
  await written.write("bob", { kind: "posted", text: "me", mentions: ["bob"] });
  await written.write("ana", { kind: "removed", user: "bob" });
  const mentioned = async (user: string) => {
    await written.project();
    const [access] = await accessOf(written, room, [user]);
    if (access === undefined) throw new Error("no access");
    return await mentionsIn(written, room, access, { after: 0, upTo: horizon(access), limit: 10 });
  };
  expect(await mentioned("bob")).toEqual([taken, kept, deleted, calm]);
  await edit(taken, []);
  await edit(given, ["bob"]);
  await edit(kept, []);
  await edit(deleted, ["bob"]);
  await written.write("ana", { kind: "deleted", target: deleted, author: "ana" });
  expect(await mentioned("bob")).toEqual([taken, kept, calm]);
});
