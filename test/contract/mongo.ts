/** A store on a real MongoDB: one replica set for all tests of a process, emptied for each. */
import { afterAll } from "bun:test";
import { MongoClient } from "mongodb";
import { MongoSet } from "../../load/kit/mongo-set.ts";
import { part } from "../../load/kit/parts.ts";
import { platform } from "../../src/platform.ts";
import { openMongo } from "../../src/store/mongo/open.ts";
import type { StoreHarness } from "./store.contract.ts";

/** Null: it can't be had here, and what needs it is skipped. */
export const mongod = await part("mongod");

let started: Promise<MongoSet> | null = null;
afterAll(async () => (await started)?.[Symbol.asyncDispose]());

/** Of one member. */
export function mongoSet(): Promise<MongoSet> {
  if (mongod === null) throw new Error("mongod is missing");
  started ??= MongoSet.start(mongod);
  return started;
}

export async function openMongoStore(): Promise<StoreHarness> {
  const url = (await mongoSet()).url();
  const options = { url, platform };
  let mongo = await openMongo(options);
  await empty(url);
  return {
    store: mongo.store,
    async reopen() {
      await mongo[Symbol.asyncDispose]();
      mongo = await openMongo(options);
      return mongo.store;
    },
    [Symbol.asyncDispose]: () => mongo[Symbol.asyncDispose](),
  };
}

/** Documents only: indexes stay. */
async function empty(url: string): Promise<void> {
  await using client = new MongoClient(url);
  const db = client.db();
  for (const { name } of await db.listCollections().toArray()) {
    if (name !== "meta" && !name.startsWith("system.")) await db.collection(name).deleteMany({});
  }
}
