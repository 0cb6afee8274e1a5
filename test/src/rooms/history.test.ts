import { expect, test } from "bun:test";
import { accessOf } from "../../../src/rooms/access.ts";
import { type Page, pageOf } from "../../../src/rooms/history.ts";
import { edgeOf, groupOfTwo, room, type WrittenRoom } from "./written-room.ts";

async function pageFor(written: WrittenRoom, user: string): Promise<Page> {
  const [access] = await accessOf(written, room, [user]);
  if (access === undefined) throw new Error("no access");
  return await pageOf(written, room, access, { limit: 50 });
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

test("a reaction made after one's removal doesn't show in a page", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "one" });
  await written.write("ana", removeBob, { kind: "reacted", target: post, key: "+", on: true });
  expect((await pageFor(written, "bob")).fields).toEqual([]);
  await written.project();
  expect((await pageFor(written, "bob")).fields).toEqual([]);
  expect((await pageFor(written, "ana")).fields).toHaveLength(1);
});

test("versions are those that the edit which one sees has replaced", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "one" });
  await written.write("ana", edit(post, "two"), removeBob, edit(post, "three"));
  await written.project();
  const edge = edgeOf(written);
  const texts = async (user: string) => {
    const result = await edge.versions(room, user, post);
    return "ok" in result ? result.ok.versions.map(({ text }) => text) : [result.error.code];
  };
  expect(await texts("ana")).toEqual(["one", "two"]);
  expect(await texts("bob")).toEqual(["one"]);
});

test("versions of a message that isn't there are not found", async () => {
  const written = await groupOfTwo();
  await written.project();
  expect(await edgeOf(written).versions(room, "ana", 9)).toMatchObject({ error: { code: "not-found" } });
});

test("a deleted message has no versions from the acknowledgement on", async () => {
  const written = await groupOfTwo();
  const post = await written.write("ana", { kind: "posted", text: "secret" });
  await written.write("ana", edit(post, "two"));
  await written.project();
  await written.write("ana", { kind: "deleted", target: post, author: "ana" });
  const asked = edgeOf(written).versions(room, "ana", post);
  // A turn of the loop: what isn't waited for is answered by now.
  await new Promise((resolve) => setImmediate(resolve));
  await written.project();
  written.platform.advance(1_000);
  expect(await asked).toEqual({ ok: { versions: [] } });
});
