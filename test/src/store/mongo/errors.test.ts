/** A real mongod is told which commands fail, and how. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Document, MongoClient } from "mongodb";
import type { Session, Store } from "../../../../actors/ports.ts";
import { platform } from "../../../../src/platform.ts";
import { type OpenMongo, openMongo } from "../../../../src/store/mongo/open.ts";
import { errorOf } from "../../../contract/error-of.ts";
import { mongod, mongoForFile } from "../../../contract/mongo.ts";
import { account } from "../../../contract/store.contract.ts";
import { posted } from "../../../contract/writes.ts";

const session: Session = {
  id: "s",
  user: "ana",
  device: "d",
  label: "l",
  createdAt: 1,
  lastSeenAt: 1,
  expiresAt: 2,
  counter: 0,
  rotatedAt: 1,
  revokedAt: null,
};

if (mongod === null) test.skip("MongoDB's errors (get it with: npm run parts mongod)", () => {});
else {
  const set = mongoForFile();
  let admin: MongoClient;
  let mongo: OpenMongo;
  let store: Store;

  beforeEach(async () => {
    const url = (await set()).url("errors");
    admin = new MongoClient(url);
    await admin.db().dropDatabase();
    mongo = await openMongo({ url, platform, withinMs: 1_500 });
    store = mongo.store;
  });
  afterEach(async () => {
    await admin.db("admin").command({ configureFailPoint: "failCommand", mode: "off" });
    await mongo[Symbol.asyncDispose]();
    await admin.close();
  });

  const fail = (commands: string[], how: Document, times = 100) =>
    admin.db("admin").command({
      configureFailPoint: "failCommand",
      mode: { times },
      data: { failCommands: commands, appName: "starling", ...how },
    });
  const cut = { closeConnection: true };
  const noMajority = { writeConcernError: { code: 64, codeName: "WriteConcernFailed", errmsg: "hidden" } };

  describe("one lost connection is nobody's business", () => {
    test("a read, a bulk and a rotation are done again by themselves, once each", async () => {
      await store.sessions.create(session, 9);
      await fail(["find"], cut, 1);
      expect(await store.sessions.byId("s")).toEqual(session);
      await fail(["insert"], cut, 1);
      await store.projection.apply([posted(1, "ana")]);
      await fail(["update"], cut, 1);
      expect(await store.sessions.rotate("s", 0, 5, 9)).toBe(true);
      expect((await store.sessions.byId("s"))?.counter).toBe(1);
    });

    test("a commit whose answer is lost is asked for again", async () => {
      await fail(["commitTransaction"], cut, 1);
      expect(await store.accounts.create(account("ana"))).toBe(true);
      expect(await store.items.versions(["ana"])).toEqual([1]);
    });
  });

  describe("when nobody can say whether it was written", () => {
    test("what counts is unknown", async () => {
      await store.sessions.create(session, 9);
      await fail(["update", "commitTransaction"], cut);
      const lost = [
        store.sessions.rotate("s", 0, 5, 9),
        store.sessions.revoke("ana", ["s"], 5),
        store.accounts.create(account("bob")),
      ];
      for (const error of await Promise.all(lost.map(errorOf))) {
        expect(error).toMatchObject({ name: "UnknownOutcome" });
      }
    });

    test("what may be done again is unavailable, so that it is", async () => {
      await fail(["insert", "update"], cut);
      const event = posted(1, "ana");
      expect(await errorOf(store.projection.apply([event], { stream: 0, position: 7 }))).toMatchObject({
        name: "Unavailable",
      });
      await fail(["insert"], cut, 0);
      expect(await store.projection.checkpoint(0)).toBe(0);
      await store.projection.apply([event], { stream: 0, position: 7 });
      expect(await store.projection.checkpoint(0)).toBe(7);
    });

    test("a write that only the primary has isn't acknowledged, and no checkpoint follows it", async () => {
      await fail(["insert"], noMajority);
      const applied = store.projection.apply([posted(1, "ana")], { stream: 0, position: 7 });
      expect(await errorOf(applied)).toMatchObject({ name: "Unavailable" });
      expect(await store.projection.checkpoint(0)).toBe(0);
      await store.sessions.create(session, 9).catch(() => {});
      await fail(["update"], noMajority);
      expect(await errorOf(store.sessions.rotate("s", 0, 5, 9))).toMatchObject({ name: "UnknownOutcome" });
    });
  });

  test("reads that get no answer are unavailable", async () => {
    await fail(["find"], cut);
    expect(await errorOf(store.accounts.byId("ana"))).toMatchObject({ name: "Unavailable" });
  });

  test("a primary that never answers is given up in time", async () => {
    await fail(["find"], { blockConnection: true, blockTimeMS: 4_000 }, 1);
    expect(await errorOf(store.accounts.byId("ana"))).toMatchObject({
      name: "Unavailable",
      message: "mongodb: no answer in time",
    });
  });

  test("a refused command is a fault of ours, told without the server's words", async () => {
    await fail(["find"], { errorCode: 2 });
    const error = await errorOf(store.accounts.byId("somebody"));
    expect(error).toMatchObject({ name: "Refused", message: "mongodb: MongoServerError 2" });
    expect(Bun.inspect(error)).not.toContain("failpoint");
  });
}
