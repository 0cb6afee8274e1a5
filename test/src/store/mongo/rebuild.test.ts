import { expect, test } from "bun:test";
import type { ArchiveEntry, Write } from "../../../../actors/ports.ts";
import { saveRoom } from "../../../../actors/room/snapshot.ts";
import { emptyRoom } from "../../../../actors/room/state.ts";
import { platform } from "../../../../src/platform.ts";
import { type OpenMongo, openMongo } from "../../../../src/store/mongo/open.ts";
import { mongod, mongoForFile } from "../../../contract/mongo.ts";
import { changed, created, deleted, edited, joined, posted, reacted } from "../../../contract/writes.ts";

const mongo = mongoForFile();
const open = async (name: string) => openMongo({ url: (await mongo()).url(name), platform });

function reactedEvent(seq: number, target: number, on = true): Write[] {
  const line = JSON.stringify({
    seq,
    at: 1_000 + seq,
    ord: 0,
    by: "bob",
    kind: "reacted",
    target,
    key: "👍",
    on,
  });
  return [
    posted(seq, "bob", "", { kind: "reacted", target, line, ord: 0 }),
    reacted(seq, "bob", target, "👍", on),
  ];
}

const head = 5;
const kept: Write[] = [
  ...[created(), joined(1, "ana"), joined(1, "bob"), posted(1, "ana"), posted(2, "ana"), posted(3, "ana")],
  ...edited(4, "ana", 2, "first edit"),
  ...reactedEvent(5, 3),
  changed(head, {}),
];
/** Of a bulk that was cut short: messages and reactions are there, the room's head isn't; seq 6 is missing. */
const ahead: Write[] = [
  posted(7, "bob"),
  ...edited(8, "ana", 2, "second edit", ["cyd"]),
  ...edited(9, "ana", 3, "an edit", ["cyd"]),
  ...reactedEvent(10, 3, false),
  reacted(11, "ana", 3, "🎉"),
];

async function entriesOf({ store }: OpenMongo): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = [];
  for await (const entry of store.archive.entries()) entries.push(entry);
  return entries;
}

test.skipIf(mongod === null)(
  "what a lost log had begun to write is gone, and what it had replaced is back",
  async () => {
    await using twin = await open("twin");
    await twin.store.projection.apply(kept);
    await twin.store.projection.apply([changed(1, { epoch: "new" })]);
    await using torn = await open("torn");
    await torn.store.projection.apply(kept);
    await torn.store.projection.apply(ahead);
    expect(await torn.documents.heads(() => true)).toEqual(new Map([["r", { head, known: 10 }]]));
    // Twice: an interrupted rebuild is done again.
    for (let i = 0; i < 2; i++) await torn.documents.renew("r", head, "new");
    const renamed = (entries: ArchiveEntry[]) =>
      JSON.parse(JSON.stringify(entries).replaceAll('"e1"', '"new"'));
    expect(renamed(await entriesOf(torn))).toEqual(renamed(await entriesOf(twin)));
    expect((await torn.store.rooms.many(["r"]))[0]?.epoch).toBe("new");
    expect(await torn.documents.isWhole("r", head)).toBe(true);
    expect(await torn.documents.isWhole("r", head + 1)).toBe(false);
  },
);

test.skipIf(mongod === null)(
  "a deletion that was lost has deleted all the same, below the head",
  async () => {
    await using mongo = await open("gone");
    await mongo.store.projection.apply(kept);
    await mongo.store.projection.apply(deleted(7, "ana", 1));
    await mongo.documents.renew("r", head, "new");
    const [line] = await mongo.store.messages.range("r", 1, 1, 1);
    expect(JSON.parse(line?.line ?? "")).toMatchObject({ kind: "tombstone", deleted: head });
  },
);

test.skipIf(mongod === null)("marks and snapshots reach no further than the documents", async () => {
  await using mongo = await open("marks");
  const { receipts, snapshots, projection } = mongo.store;
  await projection.apply(kept);
  await receipts.merge([{ room: "r", user: "bob", delivered: 9, read: 2 }]);
  await receipts.merge([{ room: "unknown", user: "bob", delivered: 3, read: 3 }]);
  const state = { ...emptyRoom("r"), epoch: "e1", seq: 4, position: 70 };
  await snapshots.put(saveRoom(state));
  await snapshots.put({ ...saveRoom({ ...state, id: "unknown" }), room: "unknown" });
  const heads = await mongo.documents.heads((room) => room !== "others");
  expect(heads).toEqual(
    new Map([
      ["r", { head, known: 9 }],
      ["unknown", { head: 0, known: 4 }],
    ]),
  );
  for (const [room, { head }] of heads) await mongo.documents.renew(room, head, "new");
  expect(await receipts.ofUser("bob", ["r", "unknown"])).toMatchObject([
    { delivered: head, read: 2 },
    { delivered: 0, read: 0 },
  ]);
  expect(await snapshots.get("unknown")).toBeNull();
  expect(await snapshots.get("r")).toMatchObject({
    seq: 4,
    position: 0,
    state: expect.stringContaining('"new"'),
  });
});
