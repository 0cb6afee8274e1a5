import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Storage } from "../../sdk/api.ts";
import { launch, withoutChromium } from "../e2e/web/browser.ts";

declare global {
  /** What the served page offers. */
  var storage: Storage;
}

describe.skipIf(withoutChromium)("the IndexedDB storage", () => {
  let browser: Browser;
  let server: Bun.Server<undefined>;

  beforeAll(async () => {
    const entry = join(import.meta.dir, "../../sdk/indexed-db.ts");
    const built = await Bun.build({ entrypoints: [entry], target: "browser", format: "esm" });
    const code = (await built.outputs[0]?.text()) ?? "";
    const page = `<!doctype html><script type="module">${code}; globalThis.storage = indexedDbStorage();</script>`;
    server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => new Response(page, { headers: { "content-type": "text/html" } }),
    });
    browser = await launch();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await server.stop(true);
  });

  async function open(page: Page): Promise<void> {
    await page.goto(server.url.href);
    await page.waitForFunction(() => globalThis.storage !== undefined);
  }

  test("keeps values over reloads; undefined removes; keys come sorted; clear empties", async () => {
    const page = await browser.newPage();
    await open(page);
    await page.evaluate(async () => {
      await storage.put({ "o:2": { deep: [1, null] }, "o:1": "x", other: 1 });
      await storage.put({ other: undefined });
    });
    await open(page);
    const kept = await page.evaluate(async () => ({
      keys: await storage.keys("o:"),
      value: await storage.get("o:2"),
      gone: (await storage.get("other")) === undefined,
    }));
    expect(kept).toEqual({ keys: ["o:1", "o:2"], value: { deep: [1, null] }, gone: true });
    await page.evaluate(() => storage.clear());
    expect(await page.evaluate(() => storage.keys(""))).toEqual([]);
    await page.close();
  }, 60_000);

  test("a put is all or nothing", async () => {
    const page = await browser.newPage();
    await open(page);
    const after = await page.evaluate(async () => {
      await storage.put({ a: 1 });
      // A function can't be stored: the whole put must fail.
      const failed = await storage.put({ a: 2, b: () => 1 }).then(
        () => false,
        () => true,
      );
      return [failed, await storage.get("a"), (await storage.get("b")) === undefined];
    });
    expect(after).toEqual([true, 1, true]);
    await page.close();
  }, 60_000);
});
