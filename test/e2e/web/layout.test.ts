import { beforeAll, describe, expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { limits } from "../../../actors/limits.ts";
import { withoutChromium } from "./browser.ts";
import type { Person } from "./person.ts";
import { setStage } from "./stage.ts";

describe.skipIf(withoutChromium)("nothing lies over what one looks at", () => {
  const stage = setStage();
  let ana: Person;
  let ben: Person;

  beforeAll(async () => {
    [ana, ben] = await stage.pair("mine");
    await ben.say("yours");
    await ana.message("yours").waitFor();
  });

  test("a message's tools stand beside it, and reactions are offered above", async () => {
    for (const text of ["mine", "yours"]) {
      const message = ana.message(text);
      const bubble = message.locator(".bubble");
      await message.hover();
      expect(await overlap(bubble, message.locator(".message-tools"))).toBe(false);
      await message.getByRole("button", { name: "React" }).click();
      expect(await overlap(bubble, ana.page.locator(".popover"))).toBe(false);
      await ana.page.keyboard.press("Escape");
    }
  });

  test("a text that is too long says by how much, below the field, and stays", async () => {
    // Two bytes each: the server counts bytes, people count characters.
    const written = "é".repeat(limits.textBytesMax / 2 + 7);
    await ana.say(written);
    const alert = ana.page.getByText("Too long by 7 characters. Send it in parts.");
    await alert.waitFor();
    expect(await overlap(ana.field, alert)).toBe(false);
    expect(await ana.field.inputValue()).toBe(written);
    await ana.field.fill("shorter");
    await alert.waitFor({ state: "detached" });
    await ana.field.fill("");
  });

  test("a notice leaves the field free", async () => {
    await ana.message("mine").hover();
    await ana.message("mine").getByRole("button", { name: "More" }).click();
    await ana.page.getByRole("menuitem", { name: "Copy text" }).click();
    const notice = ana.page.locator(".notices p");
    await notice.waitFor();
    const [box, field] = await Promise.all([notice.boundingBox(), ana.field.boundingBox()]);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan((field?.y ?? 0) - 300);
  });

  test("on a tablet the list leaves the room its place", async () => {
    await ana.page.setViewportSize({ width: 820, height: 1180 });
    const list = await ana.page.getByRole("navigation").boundingBox();
    expect(list?.width).toBeLessThanOrEqual(300);
  });

  test("the API's page isn't wider than a phone, and shows no raw marks", async () => {
    const page = await stage.browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.goto(`${stage.server.url}/docs`);
    await page.getByRole("heading", { name: "room.post" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await page.locator("main").innerText()).not.toContain("`");
    await page.close();
  });
});

async function overlap(one: Locator, other: Locator): Promise<boolean> {
  const [a, b] = await Promise.all([one.boundingBox(), other.boundingBox()]);
  if (!a || !b) throw new Error("one of them isn't there");
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
