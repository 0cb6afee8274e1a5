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
    // A clock that the test can stop.
    await ana.page.clock.install();
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
    await ana.page.getByText(/^in \d+ s$/).waitFor();
    // From here on the page doesn't try by itself.
    await ana.page.clock.pauseAt((await ana.page.evaluate(() => Date.now())) + 100);
    await stage.server.start();
    const button = ana.page.getByRole("button", { name: "Try now" });
    await button.click();
    await button.waitFor({ state: "detached" });
    await ana.tick("rather this", "sent");
    expect(await ana.texts()).toEqual(["first", "rather this"]);
  });
});
