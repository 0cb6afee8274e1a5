import { expect, test } from "bun:test";
import { clientAddress } from "../../../src/http/client-address.ts";
import { originAllowed } from "../../../src/http/origin.ts";
import { ask, startNode } from "../../support/node.ts";

const ours = ["https://app.example"];

test.each([
  [null, true],
  ["https://chat.example", true],
  ["https://app.example", true],
  ["https://app.example.evil.test", false],
  ["https://evil-app.example", false],
  ["http://app.example", false],
  ["https://app.example:8443", false],
  ["https://chat.example:8443", false],
  ["null", false],
  ["", false],
  ["chat.example", false],
])("origin %j: %j", (origin, allowed) => {
  expect(originAllowed(origin, "chat.example", ours)).toBe(allowed);
});

test("without a host no page is our own", () => {
  expect(originAllowed("https://chat.example", null, ours)).toBe(false);
});

test("only pages of the named origins may read answers", async () => {
  const node = await startNode({ config: { origins: ours } });
  const from = (origin: string, method = "GET") => ask(node, method, "/v1/me", { headers: { origin } });
  expect((await from("https://app.example")).headers.get("access-control-allow-origin")).toBe(
    "https://app.example",
  );
  const preflight = await from("https://app.example", "OPTIONS");
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization");
  for (const method of ["GET", "OPTIONS"]) {
    const { headers } = await from("https://evil.test", method);
    expect(headers.get("access-control-allow-origin")).toBeNull();
    expect(headers.get("vary")).toContain("origin");
  }
});

test.each([
  [0, "1.1.1.1, 2.2.2.2", "9.9.9.9"],
  [1, "1.1.1.1, 2.2.2.2", "2.2.2.2"],
  [2, "1.1.1.1, 2.2.2.2", "1.1.1.1"],
  [3, "1.1.1.1, 2.2.2.2", "1.1.1.1"],
  [1, null, "9.9.9.9"],
  [1, "", "9.9.9.9"],
])("behind %d proxies, %j comes from %s", (proxies, header, address) => {
  expect(clientAddress("9.9.9.9", header, proxies)).toBe(address);
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["192.0.2.1:4711", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"],
  ["[2001:db8:1:2::9]", "2001:db8:1:2::/64"],
  ["2001:0db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["", ""],
])("%s counts as %s, for everything that is limited by address", (address, place) => {
  expect(clientAddress(address, null, 0)).toBe(place);
  expect(clientAddress("9.9.9.9", `1.1.1.1, ${address}`, 1)).toBe(place || "9.9.9.9");
});
