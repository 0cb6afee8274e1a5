import { beforeAll, describe, expect, test } from "bun:test";
import { withoutChromium } from "./browser.ts";
import type { Person } from "./person.ts";
import { setStage } from "./stage.ts";

describe.skipIf(withoutChromium)("on a phone", () => {
  const stage = setStage();
  let ana: Person;
  let ben: Person;

  beforeAll(async () => {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    [ana, ben] = await Promise.all([stage.register("ana", phone), stage.register("ben")]);
  });

  const list = () => ana.page.getByRole("navigation", { name: "Conversations" });

  test("with nobody to talk to yet, one is told how others find one", async () => {
    await ana.page.getByText("Others find you as @ana").filter({ visible: true }).waitFor();
  });

  test("there is one pane at a time, and a way back", async () => {
    await ana.openDirect("ben");
    expect(await list().isVisible()).toBe(false);
    await ana.page.getByRole("button", { name: "Back to the conversations" }).click();
    await list().waitFor();
    expect(await ana.field.count()).toBe(0);
  });

  test("the browser's own way back leads to the list too", async () => {
    await ana.openDirect("ben");
    await ana.field.fill("hello");
    await ana.page.getByRole("button", { name: "Send" }).tap();
    await ana.tick("hello", "delivered");
    await ana.page.goBack();
    await list().waitFor();
    await ana.page.goForward();
    await ana.message("hello").waitFor();
  });

  test("Enter makes a new line: there is a button to send", async () => {
    await ana.field.tap();
    await ana.page.keyboard.type("one");
    await ana.page.keyboard.press("Enter");
    await ana.page.keyboard.type("two");
    expect(await ana.field.inputValue()).toBe("one\ntwo");
    await ana.page.getByRole("button", { name: "Send" }).tap();
    await ben.open("ana");
    await ben.message("two").waitFor();
  });

  test("a touched message shows what can be done with it", async () => {
    await ben.say("touch me");
    await ana.message("touch me").locator(".bubble").tap();
    await ana.message("touch me").getByRole("button", { name: "React" }).tap();
    await ana.page.getByRole("button", { name: "Thumbs up" }).tap();
    await ben.message("touch me").getByRole("button", { name: "Thumbs up, 1: ana" }).waitFor();
  });

  test("nothing is wider than the screen", async () => {
    await ben.say(`https://example.org/${"a-long-address-without-an-end/".repeat(12)}`);
    await ana.message("a-long-address").waitFor();
    const width = await ana.page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBe(390);
    const widest = await ana.page.evaluate(() =>
      Math.max(
        ...[...document.querySelectorAll(".bubble")].map((bubble) => bubble.getBoundingClientRect().right),
      ),
    );
    expect(widest).toBeLessThanOrEqual(390);
  });
});
