/** One nats-server and one MongoDB, there for one group of tests. */
import { afterAll, beforeAll } from "bun:test";
import { MongoSet } from "../../load/kit/mongo-set.ts";
import { NatsServers } from "../../load/kit/nats.ts";
import { part } from "../../load/kit/parts.ts";
import { mongod } from "../contract/mongo.ts";

/** Null: it can't be had here, and what needs it is skipped. */
export const natsServer = await part("nats-server");
/** Groups that need them are skipped then. */
export const withoutBrokers = natsServer === null || mongod === null;

export interface Brokers {
  readonly nats: NatsServers;
  readonly mongo: MongoSet;
}

/** Call it in a `describe`, before its own `beforeAll`. */
export function setBrokers(): Brokers {
  let nats: NatsServers | undefined;
  let mongo: MongoSet | undefined;
  beforeAll(async () => {
    if (natsServer === null || mongod === null) return;
    nats = await NatsServers.start({ program: natsServer });
    mongo = await MongoSet.start(mongod);
  }, 60_000);
  afterAll(async () => {
    await nats?.[Symbol.asyncDispose]();
    await mongo?.[Symbol.asyncDispose]();
  });
  return {
    get nats() {
      if (nats === undefined) throw new Error("nats-server has not been started");
      return nats;
    },
    get mongo() {
      if (mongo === undefined) throw new Error("MongoDB has not been started");
      return mongo;
    },
  };
}
