import { expect, test } from "bun:test";
import { readConfig, strangersIn } from "../../src/config.ts";
import { startServer } from "../../src/gateway/server.ts";
import { openEmbedded } from "../../src/store/sqlite/open.ts";
import { unexpected } from "../contract/embedded.ts";
import { startLive } from "../support/live.ts";

test("a wrong setting is named, with its rule and never its value", () => {
  expect(() => readConfig({ PORT: "99999" })).toThrow(
    "configuration:\n  PORT: must be a number from 0 to 65535",
  );
  expect(() => readConfig({ PORT: "-1" })).toThrow("PORT: must be a number from 0 to 65535");
  expect(() => readConfig({ STARLING_PROXIES: "-1" })).toThrow(
    "STARLING_PROXIES: must be a whole number, 0 or more",
  );
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
    expect(openEmbedded({ dir, fatal: unexpected })).rejects.toThrow(`STARLING_DATA: the folder ${dir}`);
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
