import { describe, expect, test } from "bun:test";
import { MongoClient } from "mongodb";
import { MongoSet } from "../../../../load/kit/mongo-set.ts";
import { platform } from "../../../../src/platform.ts";
import { openMongo } from "../../../../src/store/mongo/open.ts";
import { migrations } from "../../../../src/store/mongo/schema.ts";
import { errorOf } from "../../../contract/error-of.ts";
import { mongod, mongoForFile } from "../../../contract/mongo.ts";
import { posted } from "../../../contract/writes.ts";

/** What openMongo said no with. */
async function refusal(url: string): Promise<string> {
  const error = await errorOf(openMongo({ url, platform, withinMs: 1_000 }));
  if (!(error instanceof Error) || error.name !== "UnusableDatabase") throw error;
  return error.message;
}

describe("an address is refused before anything is asked", () => {
  test("when it can't be read, without being quoted", async () => {
    const said = await refusal("mongodb://user:hidden@");
    expect(said).toContain("MONGODB_URL is no MongoDB connection string");
    expect(said).not.toContain("hidden");
  });

  test.each([
    ["w=1", "w"],
    ["journal=false", "journal"],
    ["readPreference=secondaryPreferred", "readPreference"],
    ["readConcernLevel=local", "readConcernLevel"],
    ["retryWrites=false", "retryWrites"],
  ])("when it weakens our promises: %s", async (option, name) => {
    expect(await refusal(`mongodb://127.0.0.1:1/starling?${option}`)).toStartWith(
      `MONGODB_URL sets ${name}:`,
    );
  });
});

test("an address where nothing answers is refused with what to look at", async () => {
  expect(await refusal("mongodb://127.0.0.1:1/starling?replicaSet=rs0")).toContain("no primary");
});

if (mongod === null) test.skip("opening MongoDB (get it with: npm run parts mongod)", () => {});
else {
  const program = mongod;
  const set = mongoForFile();
  async function database(name: string) {
    const url = (await set()).url(name);
    const client = new MongoClient(url);
    return { url, db: client.db(), [Symbol.asyncDispose]: () => client.close() };
  }

  test("a standalone server is refused with what to do", async () => {
    await using alone = await MongoSet.standalone(program);
    const said = await refusal(alone.url);
    expect(said).toContain("standalone");
    expect(said).toContain("--replSet");
  });

  test("nodes that start at once on an empty database make every index once", async () => {
    await using opened = await database("fresh");
    const { url, db } = opened;
    const nodes = await Promise.all([1, 2, 3].map(() => openMongo({ url, platform })));
    for (const node of nodes) await node[Symbol.asyncDispose]();
    const names = new Set(migrations.flat().map(({ collection }) => collection));
    const indexes = await Promise.all([...names].map((name) => db.collection(name).indexes()));
    const made = indexes.flat().map(({ name }) => name);
    const wanted = migrations.flat().map(({ options }) => options.name);
    expect(made.filter((name) => name !== "_id_").sort()).toEqual(wanted.sort());
  });

  test("the database is named by the path, and starling without one", async () => {
    await using opened = await database("starling");
    const bare = (await set()).url("").replace("/?", "/?appName=x&");
    await using mongo = await openMongo({ url: bare, platform });
    await mongo.store.secrets.putIfAbsent("named", "here");
    expect(await opened.db.collection<{ _id: string }>("secrets").findOne({ _id: "named" })).not.toBeNull();
  });

  test("a database that a newer program wrote is left alone", async () => {
    await using opened = await database("newer");
    const { url, db } = opened;
    await db.collection<{ _id: string; version: number }>("meta").insertOne({ _id: "schema", version: 99 });
    expect(await refusal(url)).toContain("use a newer program");
    expect(await db.listCollections({ name: "messages" }).toArray()).toEqual([]);
  });

  test("two seqs with one cid are refused, without naming them", async () => {
    await using mongo = await openMongo({ url: (await set()).url("twice"), platform });
    await mongo.store.projection.apply([posted(1, "ana", "x", { cid: "the cid" })]);
    const error = await errorOf(mongo.store.projection.apply([posted(2, "ana", "x", { cid: "the cid" })]));
    expect(error).toMatchObject({ name: "Duplicate", message: "the key is taken" });
    expect(await mongo.store.messages.range("r", 1, 9, 9)).toHaveLength(1);
  });
}
