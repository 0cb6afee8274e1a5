/** What a MongoDB must be for our promises to hold; every refusal is a sentence that says what to do. */
import { MongoClient, MongoError, MongoServerSelectionError } from "mongodb";
import { limits } from "../../../actors/limits.ts";
import { UnusableDatabase } from "./errors.ts";

/** MongoDB 6.0, by what it tells drivers. Older ones lack operators that our updates use. */
export const wireVersionMin = 17;

interface Hello {
  maxWireVersion: number;
  /** Of a replica set. */
  setName?: string;
  /** "isdbgrid": a router of a sharded cluster. */
  msg?: string;
}

/** @throws UnusableDatabase for an address that can't be read, or that weakens what writes and reads promise */
export function clientFor(url: string, withinMs: number): MongoClient {
  let client: MongoClient;
  try {
    client = new MongoClient(url, {
      appName: "starling",
      maxPoolSize: limits.storeConnectionsMax,
      maxIdleTimeMS: limits.storeIdleMs,
      serverSelectionTimeoutMS: withinMs,
      // How long a heartbeat waits too: a frozen primary is passed over after about this.
      connectTimeoutMS: withinMs,
      socketTimeoutMS: 2 * withinMs,
    });
  } catch {
    throw new UnusableDatabase(
      "MONGODB_URL is no MongoDB connection string: mongodb://HOST:PORT/NAME?replicaSet=SET",
    );
  }
  const { writeConcern, readConcern, readPreference, retryWrites } = client.options;
  const weaker = [
    ...(writeConcern && (writeConcern.w ?? "majority") !== "majority" ? ["w"] : []),
    ...(writeConcern?.journal === false ? ["journal"] : []),
    ...(readConcern && readConcern.level !== "majority" ? ["readConcernLevel"] : []),
    ...(readPreference.mode !== "primary" ? ["readPreference"] : []),
    ...(retryWrites ? [] : ["retryWrites"]),
  ];
  if (weaker.length > 0) {
    throw new UnusableDatabase(
      `MONGODB_URL sets ${weaker.join(", ")}: leave it out, writes are confirmed by a majority's journals and reads see them`,
    );
  }
  return client;
}

/** @throws UnusableDatabase */
export async function connect(client: MongoClient): Promise<void> {
  try {
    await client.connect();
    check((await client.db().command({ hello: 1 })) as unknown as Hello);
  } catch (error) {
    throw unusable(error);
  }
}

function check({ maxWireVersion, setName, msg }: Hello): void {
  if (setName === undefined && msg !== "isdbgrid") {
    throw new UnusableDatabase(
      "MongoDB runs as a standalone server, which has no transactions: start it with --replSet rs0 and call rs.initiate() " +
        "once; one member is enough to begin with",
    );
  }
  if (maxWireVersion < wireVersionMin) {
    throw new UnusableDatabase("MongoDB is older than 6.0: upgrade it");
  }
}

/** What a person can act on, for what went wrong at the start. */
export function unusable(error: unknown): Error {
  if (!(error instanceof MongoError)) return error instanceof Error ? error : new Error("not an error");
  if (error instanceof MongoServerSelectionError) {
    return new UnusableDatabase(
      "MongoDB has no primary, or none that answers at MONGODB_URL: see that a majority of the replica set's members runs, " +
        "and that it was initiated",
    );
  }
  switch (error.code) {
    case 18:
      return new UnusableDatabase("MongoDB refused the user or the password in MONGODB_URL");
    case 13:
      return new UnusableDatabase(
        "MongoDB's user in MONGODB_URL lacks rights: it needs readWrite on our database",
      );
    case 64:
      return new UnusableDatabase(
        "MongoDB's primary answers, but no majority of its replica set confirms writes: see to the other members",
      );
    default:
      return new UnusableDatabase(
        `MongoDB refused to start with us: ${error.name} ${error.code ?? ""}`.trim(),
      );
  }
}
