import { beforeAll, describe, expect, test } from "bun:test";
import { memoryStore } from "../../src/store/memory.ts";
import { migrations } from "../../src/store/mongo/schema.ts";
import { openTemporary } from "./embedded.ts";
import { mongod, mongoForFile, openMongoStore } from "./mongo.ts";
import { type Plan, plansOf, recordQueries } from "./mongo-plans.ts";
import { storeContract } from "./store.contract.ts";

storeContract("memory", async () => ({
  store: memoryStore(),
  reopen: "it lives in memory: the simulator keeps it while its nodes restart",
  async [Symbol.asyncDispose]() {},
}));

storeContract("sqlite", async () => {
  const temporary = await openTemporary();
  return {
    store: temporary.embedded.store,
    reopen: async () => (await temporary.reopen()).store,
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
});

if (mongod === null) test.skip("store: mongodb (get it with: npm run parts mongod)", () => {});
else {
  const set = mongoForFile({}, (started) => recordQueries(started.url()));
  const url = async () => (await set()).url();
  storeContract("mongodb", async () => openMongoStore(await url()));

  describe("whatever the contract asks of MongoDB", () => {
    let plans: Plan[] = [];
    beforeAll(async () => {
      plans = await plansOf(await url());
    });

    test("is found by an index, never by looking through a collection", () => {
      const byIndex = /^(IXSCAN|IDHACK|COUNT_SCAN|DISTINCT_SCAN|EXPRESS_\w+)$/;
      const others = plans.filter(
        ({ access }) => !access.length || !access.every((stage) => byIndex.test(stage)),
      );
      expect(others).toEqual([]);
    });

    test("needs every index that there is", () => {
      const used = new Set(plans.flatMap(({ indexes }) => indexes));
      const names = migrations.flat().map(({ options }) => options.name);
      expect(names.filter((name) => !used.has(name))).toEqual([]);
    });

    test("reaches every collection", () => {
      const reached = new Set(plans.map(({ query }) => query.split(" ")[1]));
      const all = ["accounts", "names", "sessions", "versions", "items", "rooms", "memberships", "messages"];
      all.push("reactions", "closed", "receipts", "snapshots", "secrets", "attempts", "checkpoints");
      expect(all.filter((name) => !reached.has(name))).toEqual([]);
    });
  });
}
