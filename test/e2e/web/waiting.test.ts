import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { RealServer } from "../server.ts";
import { launch, withoutChromium } from "./browser.ts";
import { Person } from "./person.ts";

describe.skipIf(withoutChromium)("while the server is away", () => {
  let server: RealServer;
  let browser: Browser;
  let ana: Person;

  beforeAll(async () => {
    [server, browser] = await Promise.all([RealServer.start(), launch()]);
    ana = await Person.register(browser, server.url, "ana");
    await ana.makeGroup("Harbour", []);
    await ana.say("first");
    await ana.tick("first", "sent");
    // The longest pauses that chance allows, so that there is something to cut short.
    await ana.page.evaluate(() => {
      Math.random = () => 0.999;
    });
    await server.kill();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  test("what waits can be taken back", async () => {
    await ana.say("better not");
    await ana.say("rather this");
    const message = ana.message("better not");
    await message.getByTitle(/waiting to be sent/).waitFor();
    await message.hover();
    await message.getByRole("button", { name: "Don’t send" }).click();
    await message.waitFor({ state: "detached" });
    await ana.row("Harbour").getByText("You: rather this").waitFor();
  });

  test("it says when it tries again, and one needn't wait for that", async () => {
    await ana.page.waitForFunction(
      () => Number.parseInt(document.querySelector(".try-seconds")?.textContent.slice(3) ?? "", 10) >= 7,
    );
    await server.start();
    const button = ana.page.getByRole("button", { name: "Try now" });
    await button.click();
    await button.waitFor({ state: "detached", timeout: 5_000 });
    await ana.tick("rather this", "sent");
    expect(await ana.texts()).toEqual(["first", "rather this"]);
  });
});
