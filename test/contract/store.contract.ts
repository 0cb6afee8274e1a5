import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { limits } from "../../actors/limits.ts";
import type { Account, Session, Store } from "../../actors/ports.ts";
import { archiveContract } from "./store-archive.contract.ts";
import { convergenceContract } from "./store-convergence.contract.ts";
import { projectionContract } from "./store-projection.contract.ts";
import { joined, left } from "./writes.ts";

export interface StoreHarness extends AsyncDisposable {
  store: Store;
  /** Closes the store and opens it again; a string says why this store can't. */
  reopen: (() => Promise<Store>) | string;
}

export function account(id: string, more: Partial<Account> = {}): Account {
  return {
    id,
    name: id,
    display: id.toUpperCase(),
    about: "",
    password: "hash",
    createdAt: 1,
    lastSeenAt: 1,
    ...more,
  };
}

export function session(id: string, user: string, createdAt: number): Session {
  return {
    id,
    user,
    device: `device ${id}`,
    label: "Firefox on Linux",
    createdAt,
    lastSeenAt: createdAt,
    expiresAt: createdAt + 1_000,
    counter: 0,
    rotatedAt: createdAt,
    revokedAt: null,
  };
}

/** What every Store must do. */
export function storeContract(name: string, open: () => Promise<StoreHarness>): void {
  describe(`store: ${name}`, () => {
    let harness: StoreHarness;
    let store: Store;
    beforeEach(async () => {
      harness = await open();
      store = harness.store;
    });
    afterEach(() => harness[Symbol.asyncDispose]());

    describe("accounts", () => {
      test("an account is found by id and by name", async () => {
        expect(await store.accounts.create(account("ana"))).toBe(true);
        expect(await store.accounts.byId("ana")).toEqual(account("ana"));
        expect(await store.accounts.byName("ana")).toEqual(account("ana"));
        expect(await store.accounts.byId("bob")).toBeNull();
        expect(await store.accounts.byName("bob")).toBeNull();
      });

      test("of those who take a name at once one gets it, and nobody after them", async () => {
        const ids = ["1", "2", "3"];
        const took = await Promise.all(ids.map((id) => store.accounts.create(account(id, { name: "ana" }))));
        const owners = ids.filter((_, i) => took[i]);
        expect(owners).toHaveLength(1);
        expect(await store.accounts.create(account("4", { name: "ana" }))).toBe(false);
        expect((await store.accounts.many([...ids, "4"])).map(({ id }) => id)).toEqual(owners);
        expect((await store.accounts.byName("ana"))?.id).toBe(owners[0] ?? "");
      });

      test("many come in the order that was asked for, absent ones are absent", async () => {
        for (const id of ["a", "b", "c"]) await store.accounts.create(account(id));
        expect((await store.accounts.many(["c", "x", "a"])).map(({ id }) => id)).toEqual(["c", "a"]);
      });

      test("a profile is mirrored from the account's first version on", async () => {
        await store.accounts.create(account("ana"));
        expect(await store.items.since("ana", 0, 10)).toEqual({
          version: 1,
          items: [{ key: "profile", version: 1, value: { name: "ana", display: "ANA", about: "" } }],
        });
        await store.accounts.setProfile("ana", { display: "Ana", about: "hi" });
        expect(await store.accounts.byId("ana")).toEqual(account("ana", { display: "Ana", about: "hi" }));
        expect(await store.items.since("ana", 1, 10)).toEqual({
          version: 2,
          items: [{ key: "profile", version: 2, value: { name: "ana", display: "Ana", about: "hi" } }],
        });
      });

      test("a new password ends all sessions but one in the same step", async () => {
        await store.accounts.create(account("ana"));
        for (const at of [1, 2, 3]) await store.sessions.create(session(`s${at}`, "ana", at), 9);
        await store.sessions.create(session("foreign", "bob", 1), 9);
        expect((await store.accounts.setPassword("ana", "other", "s2", 70)).sort()).toEqual(["s1", "s3"]);
        expect((await store.accounts.byId("ana"))?.password).toBe("other");
        expect((await store.sessions.ofUser("ana")).map(({ id }) => id)).toEqual(["s2"]);
        expect((await store.sessions.byId("s1"))?.revokedAt).toBe(70);
        expect(await store.sessions.ofUser("bob")).toHaveLength(1);
        const { items } = await store.items.since("ana", 1, 9);
        expect(items.map(({ key }) => key).sort()).toEqual(["session:s1", "session:s3"]);
        expect(await store.accounts.setPassword("ana", "third", "s2", 80)).toEqual([]);
      });

      test("the time of being seen only rises", async () => {
        await store.accounts.create(account("ana"));
        await store.accounts.seen("ana", 500);
        await store.accounts.seen("ana", 400);
        expect(await store.accounts.byId("ana")).toEqual(account("ana", { lastSeenAt: 500 }));
        expect(await store.items.versions(["ana"])).toEqual([1]);
      });

      test("what is said of an unknown account is dropped", async () => {
        await store.accounts.setProfile("nobody", { display: "x", about: "" });
        expect(await store.accounts.setPassword("nobody", "x", "s", 1)).toEqual([]);
        await store.accounts.seen("nobody", 1);
        expect(await store.accounts.byId("nobody")).toBeNull();
        expect(await store.items.versions(["nobody"])).toEqual([0]);
      });
    });

    describe("sessions", () => {
      test("a session is found, and listed newest first", async () => {
        for (const at of [1, 3, 2]) {
          expect(await store.sessions.create(session(`s${at}`, "ana", at), 9)).toEqual([]);
        }
        await store.sessions.create(session("other", "bob", 9), 9);
        expect(await store.sessions.byId("s2")).toEqual(session("s2", "ana", 2));
        expect(await store.sessions.byId("none")).toBeNull();
        expect((await store.sessions.ofUser("ana")).map(({ id }) => id)).toEqual(["s3", "s2", "s1"]);
      });

      test("above the cap the oldest are revoked", async () => {
        for (const at of [1, 2, 3]) await store.sessions.create(session(`s${at}`, "ana", at), 3);
        expect(await store.sessions.create(session("s4", "ana", 4), 2)).toEqual(["s2", "s1"]);
        expect((await store.sessions.ofUser("ana")).map(({ id }) => id)).toEqual(["s4", "s3"]);
        expect((await store.sessions.byId("s1"))?.revokedAt).toBe(4);
        const { items } = await store.items.since("ana", 0, 10);
        expect(items.map(({ key }) => key).sort()).toEqual(["session:s1", "session:s2"]);
      });

      test("of many sign-ins at once no more stay than the cap, and the others are told of", async () => {
        const ids = ["s1", "s2", "s3", "s4", "s5", "s6"];
        const revoked = await Promise.all(
          ids.map((id, i) => store.sessions.create(session(id, "ana", i), 2)),
        );
        const live = (await store.sessions.ofUser("ana")).map(({ id }) => id);
        expect(live).toHaveLength(2);
        expect([...live, ...revoked.flat()].sort()).toEqual(ids);
        expect(await store.items.versions(["ana"])).toEqual([4]);
      });

      test("of two rotations from one counter one is refused, and leaves no trace", async () => {
        await store.sessions.create(session("s", "ana", 1), 9);
        const times = [50, 60];
        const rotated = await Promise.all(times.map((at) => store.sessions.rotate("s", 0, at, at + 2_000)));
        expect([...rotated].sort()).toEqual([false, true]);
        const at = times[rotated.indexOf(true)] ?? 0;
        expect(await store.sessions.byId("s")).toEqual({
          ...session("s", "ana", 1),
          counter: 1,
          rotatedAt: at,
          lastSeenAt: at,
          expiresAt: at + 2_000,
        });
        expect(await store.sessions.rotate("none", 0, 50, 2_000)).toBe(false);
      });

      test("of ended sessions the newest are remembered, so that logging in and out leaves no more behind", async () => {
        const { sessions, items } = store;
        const kept = limits.endedSessionsMax;
        const ids = Array.from({ length: kept + 3 }, (_, i) => `s${i}`);
        await Promise.all(ids.map((id, i) => sessions.create(session(id, "ana", i + 1), 999)));
        await sessions.create(session("lives", "ana", 1), 999);
        await sessions.create(session("bob's", "bob", 1), 9);
        await sessions.revoke("bob", ["bob's"], 60);
        await sessions.revoke("ana", ids.slice(0, 2), 70);
        expect(await sessions.revoke("ana", ids, 80)).toEqual(ids.slice(2));
        const gone = (await Promise.all(ids.map((id) => sessions.byId(id)))).filter((one) => one === null);
        expect(gone).toHaveLength(3);
        const found = await items.since("ana", 0, 999);
        expect(found.items.map(({ key }) => key)).toEqual(ids.slice(3).map((id) => `session:${id}`));
        expect(found.version).toBe(ids.length);
        expect((await sessions.byId("bob's"))?.revokedAt).toBe(60);
        expect((await sessions.byId("lives"))?.revokedAt).toBeNull();
      });

      test("revoking ends the user's own sessions once, and raises the version", async () => {
        await store.sessions.create(session("s", "ana", 1), 9);
        await store.sessions.create(session("foreign", "bob", 1), 9);
        expect(await store.sessions.revoke("ana", ["s", "foreign", "none"], 70)).toEqual(["s"]);
        expect(await store.sessions.revoke("ana", ["s"], 80)).toEqual([]);
        expect((await store.sessions.byId("s"))?.revokedAt).toBe(70);
        expect((await store.sessions.byId("foreign"))?.revokedAt).toBeNull();
        expect(await store.sessions.ofUser("ana")).toEqual([]);
        expect(await store.sessions.rotate("s", 0, 90, 9_000)).toBe(false);
        expect(await store.items.since("ana", 0, 10)).toEqual({
          version: 1,
          items: [{ key: "session:s", version: 1, value: { revoked: true } }],
        });
      });
    });

    describe("items", () => {
      test("a delta is the items above a version, each key once, lowest first", async () => {
        await store.accounts.create(account("ana"));
        await store.sessions.create(session("s", "ana", 1), 9);
        await store.sessions.revoke("ana", ["s"], 2);
        await store.accounts.setProfile("ana", { display: "x", about: "" });
        const { version, items } = await store.items.since("ana", 0, 10);
        expect(version).toBe(3);
        expect(items.map((item) => [item.key, item.version])).toEqual([
          ["session:s", 2],
          ["profile", 3],
        ]);
        const page = await store.items.since("ana", 0, 1);
        expect([page.version, page.items.map(({ key }) => key)]).toEqual([3, ["session:s"]]);
        expect((await store.items.since("ana", 3, 10)).items).toEqual([]);
        expect(await store.items.versions(["bob", "ana"])).toEqual([0, 3]);
      });
    });

    test("changes of one account at once get a version each", async () => {
      await store.accounts.create(account("ana"));
      const profiles = ["1", "2", "3"].map((display) =>
        store.accounts.setProfile("ana", { display, about: "" }),
      );
      const joins = ["r", "s", "t"].map((room) => store.projection.apply([joined(1, "ana", { room })]));
      await Promise.all([...profiles, ...joins]);
      const { version, items } = await store.items.since("ana", 0, 9);
      expect(version).toBe(7);
      expect(items.map(({ key }) => key).sort()).toEqual(["profile", "room:r", "room:s", "room:t"]);
      expect(new Set(items.map((item) => item.version)).size).toBe(4);
    });

    describe("receipts", () => {
      const mark = (user: string, delivered: number, read: number, room = "r") => ({
        room,
        user,
        delivered,
        read,
      });

      test("watermarks only rise, each by itself", async () => {
        expect(await store.receipts.merge([mark("ana", 5, 2)])).toEqual([mark("ana", 5, 2)]);
        const merged = await store.receipts.merge([mark("bob", 1, 1), mark("ana", 4, 3), mark("ana", 7, 1)]);
        expect(merged).toEqual([mark("bob", 1, 1), mark("ana", 5, 3), mark("ana", 7, 3)]);
        expect(await store.receipts.of("r", ["bob", "x", "ana"])).toEqual([
          mark("bob", 1, 1),
          mark("ana", 7, 3),
        ]);
      });

      test("marks are listed by room and by user", async () => {
        await store.receipts.merge([mark("bob", 2, 2), mark("ana", 1, 1), mark("ana", 9, 9, "s")]);
        expect(await store.receipts.of("r", ["ana", "bob"])).toEqual([mark("ana", 1, 1), mark("bob", 2, 2)]);
        expect(await store.receipts.ofUser("ana", ["s", "none", "r"])).toEqual([
          mark("ana", 9, 9, "s"),
          mark("ana", 1, 1),
        ]);
      });

      test("counts say how many other members have at least a seq, and no longer count who left", async () => {
        await store.projection.apply([
          ...["ana", "bob", "cid", "eve", "fay"].map((user, i) => joined(i + 1, user)),
          joined(6, "dan", { room: "s" }),
          left(7, "fay"),
        ]);
        await store.receipts.merge([
          mark("ana", 5, 5),
          mark("bob", 5, 4),
          mark("cid", 3, 0),
          mark("dan", 9, 9, "s"),
          mark("fay", 9, 9),
        ]);
        expect(await store.receipts.counts("r", "eve", 5)).toEqual({ delivered: 2, read: 1 });
        expect(await store.receipts.counts("r", "eve", 3)).toEqual({ delivered: 3, read: 2 });
        expect(await store.receipts.counts("r", "ana", 3)).toEqual({ delivered: 2, read: 1 });
        expect(await store.receipts.counts("none", "ana", 1)).toEqual({ delivered: 0, read: 0 });
        await store.projection.apply([joined(9, "fay")]);
        expect(await store.receipts.counts("r", "eve", 5)).toEqual({ delivered: 3, read: 2 });
      });
    });

    describe("snapshots", () => {
      const snapshot = (seq: number, position: number, state: string) => ({
        room: "r",
        seq,
        position,
        format: 1,
        state,
      });

      test("only a newer one replaces: by seq, then by position", async () => {
        expect(await store.snapshots.get("r")).toBeNull();
        await store.snapshots.put(snapshot(5, 10, "a"));
        await store.snapshots.put(snapshot(4, 99, "older seq"));
        await store.snapshots.put(snapshot(5, 9, "older position"));
        expect(await store.snapshots.get("r")).toEqual(snapshot(5, 10, "a"));
        await store.snapshots.put(snapshot(5, 11, "b"));
        expect((await store.snapshots.get("r"))?.state).toBe("b");
        await store.snapshots.put(snapshot(6, 12, "c"));
        expect(await store.snapshots.get("r")).toEqual(snapshot(6, 12, "c"));
      });
    });

    describe("secrets", () => {
      test("the first value stays, until it is removed", async () => {
        const puts = ["1", "2"].map((value) => store.secrets.putIfAbsent("k", value));
        const [first = "none", second = "none"] = await Promise.all(puts);
        expect(["1", "2"]).toContain(first);
        expect(second).toBe(first);
        expect(await store.secrets.get("k")).toBe(first);
        await store.secrets.remove("k");
        expect(await store.secrets.get("k")).toBeNull();
        expect(await store.secrets.putIfAbsent("k", "3")).toBe("3");
      });

      test("a list is by prefix, taken literally", async () => {
        for (const name of ["jwt:b", "jwt:a", "jwtx", "other", "j_t:c", "jwt:%"]) {
          await store.secrets.putIfAbsent(name, `value of ${name}`);
        }
        const names = async (prefix: string) => (await store.secrets.list(prefix)).map(({ name }) => name);
        expect(await names("jwt:")).toEqual(["jwt:%", "jwt:a", "jwt:b"]);
        expect(await names("j_t")).toEqual(["j_t:c"]);
        expect(await names("%")).toEqual([]);
      });
    });

    describe("attempts", () => {
      test("failures count within the window, per key", async () => {
        expect(await store.attempts.read("k", 100, 50)).toEqual({ count: 0, lastAt: 0 });
        expect(await store.attempts.fail("k", 100, 50)).toBe(1);
        expect(await store.attempts.fail("k", 100, 50)).toBe(2);
        expect(await store.attempts.fail("k", 130, 50)).toBe(3);
        expect(await store.attempts.fail("other", 130, 50)).toBe(1);
        expect(await store.attempts.read("k", 149, 50)).toEqual({ count: 3, lastAt: 130 });
        expect(await store.attempts.read("k", 150, 50)).toEqual({ count: 1, lastAt: 130 });
        expect(await store.attempts.fail("k", 179, 50)).toBe(2);
      });

      test("success clears them", async () => {
        await store.attempts.fail("k", 100, 50);
        await store.attempts.clear("k");
        expect(await store.attempts.read("k", 101, 50)).toEqual({ count: 0, lastAt: 0 });
      });
    });

    projectionContract(() => store);
    convergenceContract(() => store);
    archiveContract(() => store);

    test("everything outlives a restart", async () => {
      if (typeof harness.reopen === "string") return expect(harness.reopen).not.toBe("");
      await store.accounts.create(account("ana"));
      await store.secrets.putIfAbsent("k", "v");
      await store.receipts.merge([{ room: "r", user: "ana", delivered: 3, read: 2 }]);
      await store.projection.apply([], { stream: 0, position: 7 });
      store = await harness.reopen();
      expect(await store.accounts.byName("ana")).toEqual(account("ana"));
      expect(await store.secrets.get("k")).toBe("v");
      expect(await store.receipts.of("r", ["ana"])).toHaveLength(1);
      expect(await store.projection.checkpoint(0)).toBe(7);
    });
  });
}
