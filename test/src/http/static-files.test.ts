import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, startNode, type TestNode } from "../../support/node.ts";

let folder: string;
let node: TestNode;
const script = "console.log('starling');".repeat(100);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "starling-web-"));
  await Bun.write(join(folder, "dist/index.html"), "<!doctype html><title>Starling</title>");
  await Bun.write(join(folder, "dist/chunk-a1b2c3d4.js"), script);
  await Bun.write(join(folder, "dist/icon.svg"), "<svg/>");
  await Bun.write(join(folder, "outside.txt"), "secret");
  node = await startNode({ config: { staticDir: join(folder, "dist") } });
});
afterAll(() => rm(folder, { recursive: true }));

const html = { accept: "text/html,*/*" };

test("the page is asked for anew each time, and costs nothing when it is the same", async () => {
  const first = await ask(node, "GET", "/", { headers: html });
  expect(first).toMatchObject({ status: 200, body: "<!doctype html><title>Starling</title>" });
  expect(first.headers.get("cache-control")).toBe("no-cache");
  const etag = first.headers.get("etag") ?? "";
  const again = await ask(node, "GET", "/", { headers: { ...html, "if-none-match": etag } });
  expect(again).toMatchObject({ status: 304, body: "" });
});

test("what has its hash in its name is kept for ever", async () => {
  const reply = await ask(node, "GET", "/chunk-a1b2c3d4.js");
  expect(reply.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(reply.headers.get("content-type")).toStartWith("text/javascript");
  expect((await ask(node, "GET", "/icon.svg")).headers.get("cache-control")).toBe("no-cache");
});

test("text goes zipped to those who take it", async () => {
  const zipped = await node.http(
    new Request("http://chat.example/chunk-a1b2c3d4.js", { headers: { "accept-encoding": "br, gzip" } }),
    "",
  );
  expect(zipped.headers.get("content-encoding")).toBe("gzip");
  expect(new TextDecoder().decode(Bun.gunzipSync(await zipped.bytes()))).toBe(script);
  const plain = await ask(node, "GET", "/chunk-a1b2c3d4.js");
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(plain.headers.get("vary")).toContain("accept-encoding");
});

test("the page answers for its own addresses, not for missing files or API paths", async () => {
  expect((await ask(node, "GET", "/rooms/abc", { headers: html })).status).toBe(200);
  for (const path of ["/missing.js", "/v1/rooms", "/v1/nothing"]) {
    expect((await ask(node, "GET", path, { headers: html })).status).toBe(404);
  }
  expect((await ask(node, "GET", "/rooms/abc")).status).toBe(404);
});

test.each([
  "/../outside.txt",
  "/%2e%2e/outside.txt",
  "/..%2foutside.txt",
  "//outside.txt",
  "/dist/../../outside.txt",
])("%s leads nowhere", async (path) => {
  const reply = await ask(node, "GET", path);
  expect(reply.status).toBe(404);
  expect(JSON.stringify(reply.body)).not.toContain("secret");
});
