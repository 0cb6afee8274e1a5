import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { accessOf } from "../../../src/rooms/access.ts";
import { type Page, pageOf, type Where } from "../../../src/rooms/history.ts";
import { versionsOf } from "../../../src/rooms/versions.ts";
import { groupOfTwo, room, type WrittenRoom } from "./written-room.ts";

async function pageFor(written: WrittenRoom, user: string, where: Partial<Where> = {}): Promise<Page> {
  const [access] = await accessOf(written, room, [user]);
  if (access === undefined) throw new Error("no access");
  return await pageOf(written, room, access, { limit: 50, ...where });
}

async function versionsFor(written: WrittenRoom, user: string, seq: number): Promise<string[] | null> {
  const [access] = await accessOf(written, room, [user]);
  if (access === undefined) throw new Error("no access");
  return (await versionsOf(written, room, access, seq))?.versions.map(({ text }) => text) ?? null;
}

const edit = (target: number, text: string, mentions: string[] = []) =>
  ({ kind: "edited", target, text, mentions }) as const;
const removeBob = { kind: "removed", user: "bob" } as const;

for (const [where, seen, hidden] of [
  ["the documents", true, true],
  ["the log's tail", true, false],
  ["the log", false, false],
] as const) {
  test(`an edit made after one's removal doesn't show in a page, when it is in ${where}`, async () => {
    const written = await groupOfTwo();
    const post = await written.write("ana", { kind: "posted", text: "one" });
    const second = await written.write("ana", edit(post, "two", ["bob"]));
    if (seen) await written.project();
    await written.write("ana", removeBob, edit(post, "three"));
    if (hidden) await written.project();
    const { fields } = await pageFor(written, "bob");
    const at = written.platform.now();
    expect(fields).toEqual([
      { seq: post, edit: { seq: second, text: "two", at, mentions: ["bob"] }, reactions: [] },
    ]);
    expect((await pageFor(written, "ana")).fields[0]?.edit?.text).toBe("three");
  });
}

test("a page and a list of versions are each made of one reading of the log, and miss nothing that lands meanwhile", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "one" });
  await written.project();
  await written.write("ana", edit(post, "two"), edit(post, "three"));
  const { messages } = written.store;
  const read = messages.fields.bind(messages);
  messages.fields = async (...where) => {
    const found = await read(...where);
    await written.project();
    return found;
  };
  const [access] = await accessOf(written, room, ["ana"]);
  if (access === undefined) throw new Error("no access");
  const tails = written.tailsRead();
  const { fields } = await pageOf(written, room, access, { limit: 50 });
  expect(fields).toMatchObject([{ seq: post, edit: { text: "three" } }]);
  expect(tails.read).toBe(1);
  await written.write("ana", edit(post, "four"));
  const found = await versionsOf(written, room, access, post);
  expect(found?.versions.map(({ text }) => text)).toEqual(["one", "two", "three"]);
  expect(tails.read).toBe(2);
});

test("a list of versions misses no edit that lands between two of its readings", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "one" });
  await written.write("ana", edit(post, "two"));
  await written.project();
  const { messages } = written.store;
  for (const read of ["fields", "versions"] as const) {
    const original = messages[read].bind(messages) as (...where: unknown[]) => Promise<unknown>;
    const landing = async (...where: unknown[]) => {
      const found = await original(...where);
      await written.project();
      return found;
    };
    Object.assign(messages, { [read]: landing });
  }
  await written.write("ana", edit(post, "three"));
  expect(await versionsFor(written, "ana", post)).toEqual(["one", "two"]);
});

test("edits out of sight are passed over, however many, on the way to the one in sight", async () => {
  const written = await groupOfTwo();
  const addBob = { kind: "added", user: "bob", role: "member" } as const;
  const hidden = () => Array.from({ length: 500 }, () => edit(post, "out of sight"));
  const post = await written.write("ana", { kind: "posted", text: "one" });
  const seen = await written.write("ana", edit(post, "two"));
  await written.write("ana", removeBob, ...hidden(), addBob, removeBob, ...hidden());
  await written.project();
  const read = written.counted("versions");
  const [access] = await accessOf(written, room, ["bob"]);
  if (access === undefined) throw new Error("no access");
  const { fields } = await pageOf(written, room, access, { around: post, limit: 5 });
  expect(fields).toMatchObject([{ seq: post, edit: { seq: seen, text: "two" } }]);
  // The newest of either time out of sight, and the one in sight.
  expect(read.rows).toBe(3);
});

test("a reaction made after one's removal doesn't show in a page", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "one" });
  await written.write("ana", removeBob, { kind: "reacted", target: post, key: "+", on: true });
  expect((await pageFor(written, "bob")).fields).toEqual([]);
  await written.project();
  expect((await pageFor(written, "bob")).fields).toEqual([]);
  expect((await pageFor(written, "ana")).fields).toHaveLength(1);
});

test("a page tells a former member of no more reactions than they saw", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "one" });
  const react = async (from: number, to: number) => {
    for (let i = from; i < to; i++)
      await written.write(`user ${i}`, { kind: "reacted", target: post, key: "+", on: true });
  };
  await react(0, 5);
  await written.write("ana", removeBob);
  await react(5, limits.reactionsListMax + 1);
  await written.project();
  expect((await pageFor(written, "ana", { after: 0 })).fields).toMatchObject([{ more: true }]);
  const [fields] = (await pageFor(written, "bob")).fields;
  expect(fields?.reactions[0]?.users).toHaveLength(5);
  expect(fields).not.toHaveProperty("more");
});

test("a reaction that was taken back after one's removal is gone: ADR 4", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "one" });
  await written.write("ana", { kind: "reacted", target: post, key: "+", on: true }, removeBob);
  expect((await pageFor(written, "bob")).fields).toHaveLength(1);
  await written.write("ana", { kind: "reacted", target: post, key: "+", on: false });
  expect((await pageFor(written, "bob")).fields).toEqual([]);
  await written.project();
  expect((await pageFor(written, "bob")).fields).toEqual([]);
});

test("versions are those that the edit which one sees has replaced", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "one" });
  await written.write("ana", edit(post, "two"), removeBob, edit(post, "three"));
  await written.project();
  expect(await versionsFor(written, "ana", post)).toEqual(["one", "two"]);
  expect(await versionsFor(written, "bob", post)).toEqual(["one"]);
});

test("versions of a message that isn't there are not found", async () => {
  expect(await versionsFor(await groupOfTwo(), "ana", 9)).toBeNull();
});

test("an acknowledged edit is among the versions before the documents have it", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "one" });
  await written.project();
  await written.write("ana", edit(post, "two"), edit(post, "three"));
  expect(await versionsFor(written, "ana", post)).toEqual(["one", "two"]);
});

test("a deleted message has no versions from the acknowledgement on", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "secret" });
  await written.write("ana", edit(post, "two"));
  await written.project();
  await written.write("ana", { kind: "deleted", target: post, author: "ana" });
  expect(await versionsFor(written, "ana", post)).toBeNull();
});

test("of many versions the newest are listed, and that there are more", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "one" });
  const edits = Array.from({ length: limits.versionsMax + 1 }, (_, i) => edit(post, `edit ${i}`));
  await written.write("ana", ...edits.slice(0, -1));
  await written.project();
  const [access] = await accessOf(written, room, ["ana"]);
  if (access === undefined) throw new Error("no access");
  const all = await versionsOf(written, room, access, post);
  expect([all?.versions.length, all?.versions[0]?.text, all?.more]).toEqual([100, "one", false]);
  await written.write("ana", ...edits.slice(-1));
  await written.project();
  const newest = await versionsOf(written, room, access, post);
  expect([newest?.versions.length, newest?.versions[0]?.text, newest?.more]).toEqual([100, "edit 0", true]);
});

test("an edit that one sees stands, however many were made out of sight after it", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "one" });
  await written.write("ana", edit(post, "two"), removeBob);
  const hidden = Array.from({ length: 2 * limits.versionsMax }, (_, i) => edit(post, `hidden ${i}`));
  await written.write("ana", ...hidden);
  await written.project();
  expect((await pageFor(written, "bob")).fields[0]?.edit?.text).toBe("two");
  expect(await versionsFor(written, "bob", post)).toEqual(["one"]);
});
