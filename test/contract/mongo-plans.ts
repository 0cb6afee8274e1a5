/** What MongoDB's profiler saw, asked again for its plan. */
import { type Db, type Document, MongoClient } from "mongodb";

/** Enough for everything that the contract suite does. */
const profileBytes = 256 * 1_048_576;

export interface Plan {
  /** Like `find messages {"filter":…}`, values as their types. */
  query: string;
  /** Stages that reach documents, e.g. IXSCAN. */
  access: string[];
  /** Names of the indexes. */
  indexes: string[];
}

export async function recordQueries(url: string): Promise<void> {
  await using client = new MongoClient(url);
  await client.db().createCollection("system.profile", { capped: true, size: profileBytes });
  await client.db().command({ profile: 2 });
}

/** One plan per shape of query since the recording began. */
export async function plansOf(url: string): Promise<Plan[]> {
  await using client = new MongoClient(url);
  const db = client.db();
  await db.command({ profile: 0 });
  const shapes = new Map<string, Document>();
  const recorded = db.collection("system.profile").find({ "command.create": { $exists: false } });
  for await (const { ns, op, command } of recorded) {
    const collection = String(ns).slice(db.databaseName.length + 1);
    const asked = commandOf(op, collection, command);
    if (asked === null || collection === "meta" || collection.startsWith("system.")) continue;
    shapes.set(`${Object.keys(asked)[0]} ${collection} ${JSON.stringify(shapeOf(asked))}`, asked);
  }
  return await Promise.all([...shapes].map(([query, command]) => explain(db, query, command)));
}

/** What can be explained, of a profiler's entry. Null: it looks for nothing (an insert), or isn't ours (emptying collections). */
function commandOf(op: string, collection: string, command: Document): Document | null {
  const { q, u, multi = false, upsert = false } = command;
  if (op === "update") return { update: collection, updates: [{ q, u, multi, upsert }] };
  if (op === "remove") {
    return Object.keys(q).length === 0
      ? null
      : { delete: collection, deletes: [{ q, limit: command.limit }] };
  }
  const { find, aggregate, findAndModify, findandmodify } = command;
  if (find ?? aggregate ?? findAndModify ?? findandmodify) {
    return Object.fromEntries(Object.entries(command).filter(([name]) => !ofTheSession.has(name)));
  }
  return null;
}

const ofTheSession = new Set([
  ...["lsid", "txnNumber", "startTransaction", "autocommit", "readConcern", "writeConcern"],
  ...["$clusterTime", "$db", "$readPreference", "maxTimeMS", "new"],
]);

/** Values replaced by their types, lists by their first element. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}

async function explain(db: Db, query: string, command: Document): Promise<Plan> {
  const explained = await db.command({ explain: command, verbosity: "queryPlanner" });
  const access = new Set<string>();
  const indexes = new Set<string>();
  visit(explained, (stage) => {
    if (typeof stage.stage !== "string") return;
    if (/SCAN|IDHACK|EXPRESS|EOF/.test(stage.stage)) access.add(stage.stage);
    if (stage.stage === "IDHACK") indexes.add("_id_");
    if (typeof stage.indexName === "string") indexes.add(stage.indexName);
  });
  return { query, access: [...access], indexes: [...indexes] };
}

function visit(value: unknown, look: (stage: Document) => void): void {
  if (typeof value !== "object" || value === null) return;
  look(value);
  for (const [key, inner] of Object.entries(value)) {
    if (key !== "rejectedPlans" && key !== "command") visit(inner, look);
  }
}
