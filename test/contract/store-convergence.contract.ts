import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Store, Write } from "../../actors/ports.ts";
import { changed, created, deleted, edited, joined, left, posted, reacted } from "./writes.ts";

/** A room's life in which every rule meets every other. */
const history: readonly Write[] = [
  created(),
  joined(1, "ana", { role: "owner" }),
  joined(2, "bob"),
  posted(3, "ana", "first", { mentions: ["bob"] }),
  ...edited(4, "ana", 3, "second", ["cid"]),
  ...edited(5, "ana", 3, "third", ["bob", "cid"]),
  posted(6, "bob", "to be deleted", { mentions: ["ana"] }),
  ...edited(7, "bob", 6, "to be deleted, edited", ["ana", "cid"]),
  reacted(8, "ana", 6, "👍"),
  reacted(9, "ana", 3, "👍"),
  reacted(10, "ana", 3, "👍", false),
  reacted(11, "bob", 3, "🎉"),
  ...deleted(12, "bob", 6),
  left(13, "bob"),
  joined(14, "bob"),
  joined(15, "bob", { role: "admin", interval: "keep" }),
  changed(16, { name: "Renamed" }),
  changed(17, { history: "joined" }),
  changed(18, { name: "Renamed again", about: "About" }),
  left(19, "bob", { banned: true }),
  posted(20, "ana", "last"),
  left(21, "bob", { interval: "keep" }),
  left(22, "bob", { banned: true }),
  { t: "closed", room: "r", sender: "bob", cid: "c", hash: "h" },
];

/**
 * Everything that a reader of the store can see of a room in which ana, bob and cid live, up to seq 20. Without version numbers:
 * they count the steps.
 */
export async function everything(
  { messages, memberships, rooms, items }: Store,
  room: string,
  writes: readonly Write[] = history,
): Promise<unknown> {
  const seqs = Array.from({ length: 20 }, (_, i) => i + 1);
  const users = ["ana", "bob", "cid"];
  const [doc] = await rooms.many([room]);
  return {
    range: await messages.range(room, 1, 99, 99),
    fields: await messages.fields(room, seqs),
    versions: await Promise.all(seqs.map((seq) => messages.versions(room, seq, 99, 99))),
    unread: await Promise.all(users.map((user) => messages.unread(room, user, 0, 99, 99, 99))),
    mentions: await Promise.all(users.map((user) => messages.mentions(room, user, 0, 99, 99))),
    edited: await messages.edited(room, 0, 99, 0, 99),
    newestPost: await messages.newestPost(room, 99),
    outcomes: await Promise.all(
      writes.map((write) => {
        if (write.t === "closed") return messages.outcome(room, write.sender, write.cid);
        return write.t === "event" && messages.outcome(room, write.by, write.cid ?? "");
      }),
    ),
    members: (await memberships.of(room, users)).map((membership) => ({ ...membership, room: "" })),
    room: { ...doc, id: "" },
    items: (await Promise.all(users.map((user) => items.since(user, 0, 9_999)))).map(
      (delta) => delta.items.find(({ key }) => key === `room:${room}`)?.value,
    ),
  };
}

/** Writes in any order, doubled, in bulks of any size, lead to the same rows. */
export function convergenceContract(current: () => Store): void {
  test("whatever the order of writes and replays, the projection is the same", async () => {
    const store = current();
    const inRoom = (room: string, writes: readonly Write[]) => writes.map((write) => ({ ...write, room }));
    await store.projection.apply(inRoom("in order", history));
    const expected = await everything(store, "in order");

    const places = Array.from(history.keys());
    const shuffled = fc.tuple(
      fc.shuffledSubarray(places, { minLength: places.length, maxLength: places.length }),
      fc.array(fc.constantFrom(...places), { maxLength: 20 }),
      fc.integer({ min: 1, max: 10 }),
    );
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(shuffled, async ([order, replays, bulk]) => {
        const room = `shuffled ${runs++}`;
        const writes = inRoom(
          room,
          [...order, ...replays].flatMap((place) => history[place] ?? []),
        );
        for (let i = 0; i < writes.length; i += bulk) {
          await store.projection.apply(writes.slice(i, i + bulk));
        }
        expect(await everything(store, room)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
}
