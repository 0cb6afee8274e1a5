import { expect, test } from "bun:test";
import { readConfig, strangersIn } from "../../src/config.ts";
import { startServer } from "../../src/gateway/server.ts";
import { openEmbedded } from "../../src/store/sqlite/open.ts";
import { unexpected } from "../contract/embedded.ts";
import { startLive } from "../support/live.ts";

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

test("a wrong setting is named, with its rule and never its value", () => {
  expect(() => readConfig({ PORT: "99999" })).toThrow(
    "configuration:\n  PORT: must be a number from 0 to 65535",
  );
  expect(() => readConfig({ PORT: "-1" })).toThrow("PORT: must be a number from 0 to 65535");
  expect(() => readConfig({ STARLING_PROXIES: "-1" })).toThrow(
    "STARLING_PROXIES: must be a whole number, 0 or more",
  );
  for (const name of ["HOST", "STARLING_DATA"]) {
    expect(faultsOf({ [name]: "" })).toEqual([`  ${name}: is empty: unset it, or give it a value`]);
  }
});

test("a setting that doesn't exist is a stranger; what Kubernetes sets isn't ours", () => {
  expect(
    strangersIn({
      ...{ STARLING_DATE: "x", STARLING_DATA: "x", STARLING_ROLES: "x", HOME: "x" },
      ...{ STARLING_PORT: "tcp://x", STARLING_SERVICE_HOST: "x", STARLING_PORT_8080_TCP: "x" },
    }),
  ).toEqual(["STARLING_DATE"]);
});

test("a data folder that can't be had names its setting", async () => {
  for (const dir of ["/proc/nope", "/proc/self"]) {
    await expect(openEmbedded({ dir, fatal: unexpected })).rejects.toThrow(
      `STARLING_DATA: the folder ${dir}`,
    );
  }
});

test("an address that can't be listened on names its setting", async () => {
  const { gateway, faults } = await startLive();
  const start = (host: string, port: number) =>
    startServer({
      ...{ host, port, origins: [], proxies: 0, gateway },
      http: async () => new Response(""),
      onFailure: (error) => faults.push(error),
    });
  // TEST-NET-1: documentation's own, no machine's.
  expect(() => start("192.0.2.1", 0)).toThrow("HOST: 192.0.2.1 is no address of this machine");
  const first = start("127.0.0.1", 0);
  expect(() => start("127.0.0.1", first.port ?? 0)).toThrow(`PORT: ${first.port} is in use`);
  await first.stop(true);
});
