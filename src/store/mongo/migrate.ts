import { type Db, MongoServerError } from "mongodb";
import { UnusableDatabase } from "./errors.ts";
import { collectionsOf, type IndexStep, migrations } from "./schema.ts";

interface SchemaDoc {
  _id: "schema";
  version: number;
}

/**
 * Brings the database to our version. Several nodes may do it at once: steps repeat without harm, the version only rises.
 * @throws UnusableDatabase when it is newer than this program
 */
export async function migrate(db: Db, steps: readonly (readonly IndexStep[])[] = migrations): Promise<void> {
  const meta = db.collection<SchemaDoc>("meta");
  const version = (await meta.findOne({ _id: "schema" }))?.version ?? 0;
  if (version > steps.length) {
    throw new UnusableDatabase(
      `the database has schema version ${version}, this program knows ${steps.length}: use a newer program`,
    );
  }
  const collections = collectionsOf(db);
  if (version === 0) for (const name of Object.keys(collections)) await create(db, name);
  for (const { collection, key, options } of steps.slice(version).flat()) {
    await collections[collection].createIndex(key, options);
  }
  // Written at each start: it proves that a majority confirms writes.
  await meta.updateOne({ _id: "schema" }, { $max: { version: steps.length } }, { upsert: true });
}

const exists = 48;

async function create(db: Db, name: string): Promise<void> {
  await db.createCollection(name).catch((error: unknown) => {
    if (!(error instanceof MongoServerError) || error.code !== exists) throw error;
  });
}
