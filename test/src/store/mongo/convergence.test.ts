import { afterEach, beforeEach, expect, test } from "bun:test";
import fc from "fast-check";
import { MongoClient } from "mongodb";
import type { Store, Write } from "../../../../actors/ports.ts";
import type { MongoSet } from "../../../../load/kit/mongo-set.ts";
import { memoryStore } from "../../../../src/store/memory.ts";
import { mongod, mongoForFile, openMongoStore } from "../../../contract/mongo.ts";
import type { StoreHarness } from "../../../contract/store.contract.ts";
import { everything } from "../../../contract/store-convergence.contract.ts";
import {
  changed,
  cidOf,
  created,
  deleted,
  edited,
  joined,
  left,
  posted,
  reacted,
} from "../../../contract/writes.ts";

const seqMax = 20;
const user = fc.constantFrom("ana", "bob", "cid");
const text = fc.constantFrom("plain", "$gone", "$$ROOT", '{"$literal":1}', "a.b", "ü\u0000👍");
const someone = fc.uniqueArray(user, { maxLength: 2 });

/** Events are about posts, and about earlier ones: these seqs are posts. */
const posts = [1, 2, 3, 5, 8, 13];

/** What the reader may write about one event. */
function eventAt(seq: number): fc.Arbitrary<Write[]> {
  const post = fc
    .tuple(user, text, someone)
    .map(([by, said, mentions]): Write[] => [posted(seq, by, said, { mentions })]);
  if (posts.includes(seq)) return post;
  const target = fc.constantFrom(...posts.filter((other) => other < seq));
  return fc.oneof(
    fc
      .tuple(user, target, text, someone)
      .map(([by, at, said, mentions]) => edited(seq, by, at, said, mentions)),
    fc.tuple(user, target).map(([by, at]) => deleted(seq, by, at)),
    fc.tuple(user, target, text, fc.boolean()).map(([by, at, key, on]) => [reacted(seq, by, at, key, on)]),
    fc
      .tuple(user, fc.constantFrom("open", "keep"))
      .map(([who, interval]) => [joined(seq, who, { interval })]),
    fc.tuple(user, fc.boolean()).map(([who, banned]) => [left(seq, who, { banned })]),
    text.map((name) => [changed(seq, { name })]),
    fc.constantFrom("everyone", "joined").map((history) => [changed(seq, { history })]),
    user.map((sender): Write[] => [{ t: "closed", room: "r", sender, cid: cidOf(seq + 100), hash: "h" }]),
  );
}

const life = fc
  .tuple(...Array.from({ length: seqMax }, (_, i) => eventAt(i + 1)))
  .map((events) => [created(), ...events.flat()]);

/** Writes in any order, some again, cut anywhere. */
const bulks = life.chain((writes) => {
  const places = [...writes.keys()];
  return fc
    .tuple(
      fc.shuffledSubarray(places, { minLength: places.length }),
      fc.array(fc.constantFrom(...places), { maxLength: 15 }),
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 4, maxLength: 12 }),
    )
    .map(([order, again, sizes]) => {
      const shuffled = [...order, ...again].flatMap((place) => writes[place] ?? []);
      const cut: Write[][] = [];
      for (let i = 0; shuffled.length > 0; i++) cut.push(shuffled.splice(0, sizes[i % sizes.length]));
      return { writes, cut };
    });
});

const inRoom = (room: string, writes: readonly Write[]) => writes.map((write) => ({ ...write, room }));
let rooms = 0;
const newRoom = () => `room ${rooms++}`;

if (mongod === null) test.skip("MongoDB's documents converge (get it with: npm run parts mongod)", () => {});
else {
  const set = mongoForFile();
  let harness: StoreHarness;
  let store: Store;
  beforeEach(async () => {
    harness = await openMongoStore((await set()).url());
    store = harness.store;
  });
  afterEach(() => harness[Symbol.asyncDispose]());

  test("after each bulk of writes in any order MongoDB answers as memory does", async () => {
    await fc.assert(
      fc.asyncProperty(bulks, async ({ writes, cut }) => {
        const twin = memoryStore();
        const room = newRoom();
        for (const bulk of cut) {
          const raised = await store.projection.apply(inRoom(room, bulk));
          expect(raised.sort()).toEqual((await twin.projection.apply(inRoom(room, bulk))).sort());
          expect(await everything(store, room, writes)).toEqual(await everything(twin, room, writes));
        }
      }),
      { numRuns: 12 },
    );
  });

  test("two readers that write the same life at once, each in its own order, leave the documents of one in order", async () => {
    await fc.assert(
      fc.asyncProperty(bulks, async ({ writes, cut }) => {
        const [one, two] = [newRoom(), newRoom()];
        await store.projection.apply(inRoom(one, writes));
        await Promise.all([readBy(store, two, cut), readBy(store, two, [...cut].reverse())]);
        expect(await documentsOf(await set(), two)).toEqual(await documentsOf(await set(), one));
      }),
      { numRuns: 25 },
    );
  });
}

async function readBy({ projection }: Store, room: string, cut: readonly Write[][]): Promise<void> {
  for (const bulk of cut) await projection.apply(inRoom(room, bulk));
}

/** Of a room, without its name. Reactions to what is gone are leftovers that a later bulk takes along: they may not be there. */
async function documentsOf(set: MongoSet, room: string): Promise<unknown> {
  await using client = new MongoClient(set.url());
  const db = client.db();
  const found: Record<string, unknown> = {};
  for (const name of ["messages", "reactions", "memberships", "closed"]) {
    const documents = await db
      .collection(name)
      .find({ "_id.room": room }, { sort: { _id: 1 } })
      .toArray();
    found[name] = documents.map(({ _id, ...rest }) => ({ ..._id, ...rest, room: "" }));
  }
  const byId = db.collection<{ _id: string }>("rooms");
  return { ...found, room: { members: 0, ...(await byId.findOne({ _id: room })), _id: "" } };
}
