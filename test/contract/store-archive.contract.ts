import { describe, expect, test } from "bun:test";
import type { ArchiveEntry, Store } from "../../actors/ports.ts";
import { Tally } from "../../src/move/tally.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { account, session } from "./store.contract.ts";
import { changed, cidOf, created, deleted, edited, joined, left, posted, reacted } from "./writes.ts";

const settings = { kind: "group", name: "Birds", about: "", history: "joined", join: "open" } as const;

/** Something of everything, old and changed. */
async function fill({ accounts, sessions, projection, receipts, snapshots, secrets }: Store): Promise<void> {
  await accounts.create(account("ana"));
  await accounts.create(account("bob", { display: "Böb 🐦" }));
  await accounts.setProfile("bob", { display: "Bob", about: "birds" });
  await sessions.create(session("s1", "ana", 10), 9);
  await sessions.create(session("s2", "ana", 20), 9);
  await sessions.revoke("ana", ["s1"], 30);
  await sessions.rotate("s2", 0, 40, 90);
  await secrets.putIfAbsent("installation", "k");
  await projection.apply([
    created(),
    changed(9, { name: "Renamed" }),
    changed(10, { history: "everyone" }),
    changed(2, settings, { room: "other" }),
    joined(1, "ana", { role: "owner" }),
    joined(2, "bob"),
    left(3, "bob"),
    joined(5, "bob"),
    joined(7, "bob", { role: "admin", interval: "keep" }),
    left(8, "cid", { banned: true, interval: "keep" }),
    joined(4, "dan"),
    left(6, "dan", { banned: true }),
    posted(11, "ana", "hello 👋", { mentions: ["bob"], n: 2 }),
    posted(12, "bob", "none", { cid: null, hash: null, origin: null }),
    ...edited(13, "ana", 11, "hello you", ["dan"]),
    ...edited(14, "bob", 12, "soon gone"),
    reacted(15, "bob", 11, "👍🏽"),
    reacted(16, "ana", 11, "🎉"),
    reacted(17, "ana", 11, "🎉", false),
    ...deleted(18, "ana", 12),
    { t: "closed", room: "r", sender: "ana", cid: cidOf(99), hash: "h" },
  ]);
  await receipts.merge([{ room: "r", user: "bob", delivered: 12, read: 11 }]);
  await snapshots.put({ room: "r", seq: 9, position: 4, format: 1, state: '{"name":"Renamed"}' });
}

async function digestOf(store: Store): Promise<string> {
  const tally = new Tally();
  for await (const entry of store.archive.entries()) tally.add(entry);
  return tally.digest;
}

async function pour(from: Store, to: Store, upTo = Number.POSITIVE_INFINITY): Promise<void> {
  const entries: ArchiveEntry[] = [];
  for await (const entry of from.archive.entries()) entries.push(entry);
  await to.archive.put(entries.slice(0, upTo));
}

const reads = async ({ messages, rooms, memberships, items, sessions, receipts }: Store) => ({
  range: await messages.range("r", 1, 99, 99),
  fields: await messages.fields("r", [11, 12]),
  versions: await messages.versions("r", 11, 99, 9),
  unread: await messages.unread("r", "bob", 0, 99, 9, 99),
  mentions: await messages.mentions("r", "dan", 0, 99, 9),
  outcomes: await Promise.all([11, 99, 98].map((seq) => messages.outcome("r", "ana", cidOf(seq)))),
  rooms: await rooms.many(["r", "other"]),
  memberships: await memberships.of("r", ["ana", "bob", "cid", "dan"]),
  banned: await memberships.banned("r", "", 9),
  roomsOf: await memberships.roomsOf(["ana", "bob", "dan"]),
  items: await Promise.all(["ana", "bob", "cid", "dan"].map((user) => items.since(user, 0, 99))),
  sessions: [await sessions.byId("s1"), await sessions.ofUser("ana")],
  counts: await receipts.counts("r", "ana", 11),
});

/** Beside the store in question stands one in memory: a harness may have one database for all. */
export function archiveContract(current: () => Store): void {
  describe("archive", () => {
    test("what it gives, another store takes, and answers every read as the first", async () => {
      await fill(current());
      const other = memoryStore();
      await pour(current(), other);
      expect(await reads(other)).toEqual(await reads(current()));
      expect(await digestOf(other)).toBe(await digestOf(current()));
    });

    test("what another store gives, it takes", async () => {
      const other = memoryStore();
      await fill(other);
      await pour(other, current());
      expect(await reads(current())).toEqual(await reads(other));
      expect(await digestOf(current())).toBe(await digestOf(other));
    });

    test("all kinds of stores give the same entries", async () => {
      const other = memoryStore();
      await fill(other);
      await fill(current());
      expect(await digestOf(current())).toBe(await digestOf(other));
    });

    test("taking entries twice, and after half of them, comes to the same", async () => {
      const other = memoryStore();
      await fill(other);
      for (const upTo of [7, 20, 33]) await pour(other, current(), upTo);
      await pour(other, current());
      await pour(other, current());
      expect(await reads(current())).toEqual(await reads(other));
      expect(await digestOf(current())).toBe(await digestOf(other));
    });

    test("an empty store has no entries", async () => {
      for await (const entry of current().archive.entries()) throw new Error(`there is a ${entry.t}`);
      await current().archive.put([]);
      expect(await digestOf(current())).toBe(new Tally().digest);
    });
  });
}
