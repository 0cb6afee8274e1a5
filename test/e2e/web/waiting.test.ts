import { beforeAll, describe, expect, test } from "bun:test";
import { withoutChromium } from "./browser.ts";
import type { Person } from "./person.ts";
import { setStage } from "./stage.ts";

describe.skipIf(withoutChromium)("while the server is away", () => {
  const stage = setStage();
  let ana: Person;

  beforeAll(async () => {
    ana = await stage.register("ana");
    await ana.makeGroup("Harbour", []);
    await ana.say("first");
    await ana.tick("first", "sent");
    // The longest pauses that chance allows, so that there is something to cut short.
    await ana.page.evaluate(() => {
      Math.random = () => 0.999;
    });
    await stage.server.kill();
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
    await stage.server.start();
    const button = ana.page.getByRole("button", { name: "Try now" });
    await button.click();
    await button.waitFor({ state: "detached", timeout: 5_000 });
    await ana.tick("rather this", "sent");
    expect(await ana.texts()).toEqual(["first", "rather this"]);
  });
});
