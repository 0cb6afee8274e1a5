/** Looks at MongoDB through the driver: its answers are the facts. */
import { type Db, type Document, MongoError, MongoServerSelectionError } from "mongodb";
import { limits } from "../../actors/limits.ts";
import type { Checkpoint, Millis } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { type MoveMark, moveMarkIn } from "../move/marks.ts";
import { isDeadLetter } from "../readers/dead-letters.ts";
import { clientFor, wireVersionMin } from "../store/mongo/deployment.ts";
import { UnusableDatabase } from "../store/mongo/errors.ts";
import { nameIn } from "../store/mongo/open.ts";
import { checkpointOf } from "../store/mongo/projection.ts";
import { collectionsOf, migrations } from "../store/mongo/schema.ts";

export interface MongoFacts {
  /** null: we got in. `url`: with what is wrong with it. */
  failure: "away" | "refused" | "rights" | { url: string } | { other: string } | null;
  replicaSet: boolean;
  old: boolean;
  aheadMs: Millis;
  writes: "ok" | "full" | "no majority" | "rights" | "not";
  schema: number;
  known: number;
  /** Addresses of members that the primary doesn't reach; empty when it won't tell. */
  lost: readonly string[];
  /** How far each stream is in the documents. */
  checkpoints: readonly Checkpoint[];
  moved: MoveMark | null;
  /** Dead ones. */
  letters: number;
}

const nothing: MongoFacts = {
  ...{ failure: null, replicaSet: true, old: false, aheadMs: 0, writes: "ok" },
  ...{ schema: 0, known: migrations.length, lost: [], checkpoints: [], moved: null, letters: 0 },
};

export async function probeMongo(url: string, platform: Platform): Promise<MongoFacts> {
  try {
    await using client = clientFor(url, limits.doctorMs);
    await client.connect();
    const db = client.db(nameIn(url));
    const { setName, msg, maxWireVersion, localTime } = await db.command({ hello: 1 });
    const found = {
      ...nothing,
      replicaSet: setName !== undefined || msg === "isdbgrid",
      old: maxWireVersion < wireVersionMin,
      aheadMs: localTime.getTime() - platform.now(),
    };
    if (!found.replicaSet || found.old) return found;
    return { ...found, ...(await probeDatabase(db)), lost: await lostMembers(client.db("admin")) };
  } catch (error) {
    return { ...nothing, failure: failureOf(error) };
  }
}

async function probeDatabase(
  db: Db,
): Promise<Pick<MongoFacts, "schema" | "checkpoints" | "moved" | "letters" | "writes">> {
  const schema = await db.collection<{ _id: string; version: number }>("meta").findOne({ _id: "schema" });
  const { secrets, ...collections } = collectionsOf(db);
  const checkpoints = await collections.checkpoints.find().toArray();
  const found = await secrets.find({}, { projection: { _id: 1 } }).toArray();
  const names = found.map(({ _id }) => _id);
  return {
    schema: schema?.version ?? 0,
    checkpoints: checkpoints.map(checkpointOf),
    moved: moveMarkIn(names),
    letters: names.filter(isDeadLetter).length,
    writes: await tryWriting(db),
  };
}

/** As a node does it at each start: it changes nothing. */
async function tryWriting(db: Db): Promise<MongoFacts["writes"]> {
  try {
    const meta = db.collection<{ _id: string; version: number }>("meta");
    const concern = { writeConcern: { w: "majority", j: true, wtimeoutMS: limits.doctorMs } } as const;
    await meta.updateOne({ _id: "schema" }, { $max: { version: 0 } }, { upsert: true, ...concern });
    return "ok";
  } catch (error) {
    const code = error instanceof MongoError ? error.code : null;
    if (code === 14_031) return "full";
    if (code === 64) return "no majority";
    return code === 13 ? "rights" : "not";
  }
}

/** Needs the role clusterMonitor; without it nothing is known. */
async function lostMembers(admin: Db): Promise<string[]> {
  const status: Document = await admin.command({ replSetGetStatus: 1 }).catch(() => ({ members: [] }));
  const members = status.members as { name: string; health: number }[];
  return members.filter(({ health }) => health !== 1).map(({ name }) => name);
}

function failureOf(error: unknown): MongoFacts["failure"] {
  if (error instanceof UnusableDatabase) return { url: error.message };
  if (!(error instanceof MongoError)) throw error;
  if (error.code === 18) return "refused";
  if (error.code === 13) return "rights";
  if (error instanceof MongoServerSelectionError) return "away";
  return { other: `${error.name} ${error.code ?? ""}`.trim() };
}
