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
