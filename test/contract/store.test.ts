import { test } from "bun:test";
import { memoryStore } from "../../src/store/memory.ts";
import { openTemporary } from "./embedded.ts";
import { mongod, openMongoStore } from "./mongo.ts";
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
else storeContract("mongodb", openMongoStore);
