import { expect, test } from "bun:test";
import { readConfig } from "../../src/config.ts";

const nats = "nats://one:4222,nats://two:4222";
const mongo = "mongodb://one,two/starling?replicaSet=rs0";

function faultsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    return (error as Error).message.split("\n").slice(1);
  }
}

test("nothing set is one embedded node that does everything", () => {
  expect(readConfig({})).toMatchObject({
    cluster: null,
    roles: ["gateway", "actors", "readers"],
    port: 8080,
  });
});

test("both services set make a node of a cluster", () => {
  expect(readConfig({ NATS_URL: nats, MONGODB_URL: mongo }).cluster).toEqual({ nats, mongo });
});

test("one service alone is an error that names the missing one", () => {
  expect(faultsOf({ NATS_URL: nats })).toEqual([
    "  MONGODB_URL: missing; a cluster needs it beside NATS_URL",
  ]);
  expect(faultsOf({ MONGODB_URL: mongo })).toEqual([
    "  NATS_URL: missing; a cluster needs it beside MONGODB_URL",
  ]);
  expect(faultsOf({ MONGODB_URL: mongo, NATS_URL: "" })).toHaveLength(1);
});

test("roles are some of those that there are, and only in a cluster", () => {
  const cluster = { NATS_URL: nats, MONGODB_URL: mongo };
  expect(readConfig({ ...cluster, STARLING_ROLES: "readers, gateway" }).roles).toEqual([
    "gateway",
    "readers",
  ]);
  expect(readConfig({ STARLING_ROLES: "gateway,actors,readers" }).roles).toHaveLength(3);
  expect(faultsOf({ ...cluster, STARLING_ROLES: "gateway,cook" })[0]).toContain("gateway, actors, readers");
  expect(faultsOf({ STARLING_ROLES: "gateway" })[0]).toContain("embedded");
});

test("all faults come at once, and no value is in them", () => {
  const secret = "hunter2";
  const faults = faultsOf({
    NATS_URL: `http://user:${secret}@one`,
    MONGODB_URL: `postgres://user:${secret}@one`,
    PORT: secret,
    S3_ENDPOINT: secret,
  });
  expect(faults).toHaveLength(4);
  expect(faults.join()).not.toContain(secret);
});
