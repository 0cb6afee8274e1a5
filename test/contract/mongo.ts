/** Stores on a real MongoDB. */
import { afterAll } from "bun:test";
import { MongoClient } from "mongodb";
import { MongoSet, type MongoSetOptions } from "../../load/kit/mongo-set.ts";
import { part } from "../../load/kit/parts.ts";
import { platform } from "../../src/platform.ts";
import { openMongo } from "../../src/store/mongo/open.ts";
import type { StoreHarness } from "./store.contract.ts";

/** Null: it can't be had here, and what needs it is skipped. */
export const mongod = await part("mongod");

/** A replica set for the tests of one file, started and prepared for the first that asks, ended after the last. */
export function mongoForFile(
  options: MongoSetOptions = {},
  prepare: (set: MongoSet) => Promise<void> = async () => {},
): () => Promise<MongoSet> {
  let started: Promise<MongoSet> | null = null;
  afterAll(async () => (await started)?.[Symbol.asyncDispose]());
  const start = async () => {
    if (mongod === null) throw new Error("mongod is missing");
    const set = await MongoSet.start(mongod, options);
    await prepare(set);
    return set;
  };
  return () => {
    started ??= start();
    return started;
  };
}

/** A store on an empty database. */
export async function openMongoStore(url: string): Promise<StoreHarness> {
  // How long it waits is another test's claim; a busy machine mustn't be taken for an absent database.
  const options = { url, platform, withinMs: 60_000 };
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
