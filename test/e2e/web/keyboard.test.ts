import { beforeAll, describe, expect, test } from "bun:test";
import { shortcuts } from "../../../web/keys/shortcuts.ts";
import { withoutChromium } from "./browser.ts";
import type { Person } from "./person.ts";
import { setStage } from "./stage.ts";

describe.skipIf(withoutChromium)("with the keyboard alone", () => {
  const stage = setStage();
  let ana: Person;

  beforeAll(async () => {
    ana = await stage.register("ana");
    await ana.makeGroup("Harbour", []);
    await ana.makeGroup("Boat", []);
    await ana.makeGroup("Garden", []);
    for (const text of ["one", "two", "three"]) await ana.say(text);
    await ana.tick("three", "sent");
  });

  const press = (keys: string) => ana.page.keyboard.press(keys);
  const title = (name: string) => ana.page.getByRole("main").getByRole("heading", { name, level: 2 });
  const focused = () => ana.page.evaluate(() => document.activeElement?.textContent ?? "");

  test("one goes from room to room, and the field is ready", async () => {
    await press("Alt+ArrowDown");
    await title("Boat").waitFor();
    await press("Alt+ArrowDown");
    await title("Harbour").waitFor();
    await press("Alt+ArrowUp");
    await press("Alt+ArrowUp");
    await title("Garden").waitFor();
    await ana.page.keyboard.type("typed at once");
    expect(await ana.field.inputValue()).toBe("typed at once");
    await ana.field.fill("");
  });

  test("a few letters lead anywhere", async () => {
    await press("Control+k");
    await ana.page.getByRole("combobox", { name: "Name of a person or group" }).waitFor();
    await ana.page.keyboard.type("har");
    await ana.page.getByRole("option", { name: "Harbour" }).waitFor();
    await press("Enter");
    await title("Harbour").waitFor();
    await press("Control+k");
    await press("Escape");
    await ana.page.getByRole("dialog").waitFor({ state: "detached" });
    await title("Harbour").waitFor();
  });

  test("arrows go from message to message, and Tab to what can be done with one", async () => {
    await ana.open("Garden");
    await press("Shift+Tab");
    expect(await focused()).toContain("three");
    await press("ArrowUp");
    expect(await focused()).toContain("two");
    await press("Home");
    expect(await focused()).toContain("one");
    await press("Tab");
    expect(await ana.page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("React");
    await press("Enter");
    await ana.page.getByRole("button", { name: "Thumbs up" }).waitFor();
    await press("Enter");
    await ana.message("one").getByRole("button", { name: "Thumbs up, 1" }).waitFor();
    expect(await ana.page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("React");
  });

  test("Escape closes suggestions, then the edit, then the details", async () => {
    const details = ana.page.getByRole("complementary", { name: "Details" });
    await ana.field.focus();
    await press("Control+.");
    await details.waitFor();
    await ana.field.focus();
    await press("ArrowUp");
    expect(await ana.field.inputValue()).toBe("three");
    await press("Escape");
    expect(await ana.field.inputValue()).toBe("");
    expect(await details.count()).toBe(1);
    await press("Escape");
    await details.waitFor({ state: "detached" });
    expect(await ana.field.evaluate((field) => field === document.activeElement)).toBe(true);
    await press("Control+.");
    await details.waitFor();
    expect(await focused()).toBe("Group");
    await press("Escape");
    await details.waitFor({ state: "detached" });
    expect(await ana.field.evaluate((field) => field === document.activeElement)).toBe(true);
  });

  test("a menu takes focus and gives it back", async () => {
    await ana.message("two").focus();
    await ana.message("two").getByRole("button", { name: "More" }).focus();
    await press("Enter");
    await ana.page.getByRole("menuitem", { name: "Copy text" }).waitFor();
    await press("ArrowDown");
    expect(await focused()).toBe("Edit");
    await press("Escape");
    await ana.page.getByRole("menu").waitFor({ state: "detached" });
    expect(await ana.page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("More");
  });

  test("the sheet of shortcuts names every one of them", async () => {
    await press("Control+/");
    const dialog = ana.page.getByRole("dialog");
    for (const { says } of Object.values(shortcuts)) await dialog.getByText(says).waitFor();
    await press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  test("one dialog can lead to another, and focus comes back in the end", async () => {
    const settings = ana.page.getByRole("button", { name: "Settings" });
    await settings.focus();
    await press("Enter");
    await ana.page.getByRole("dialog", { name: "Settings" }).waitFor();
    await ana.page.getByRole("button", { name: "Keyboard shortcuts" }).press("Enter");
    const help = ana.page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await help.getByText("New line").waitFor();
    await press("Escape");
    await help.waitFor({ state: "detached" });
    expect(await ana.page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(
      "Settings",
    );
  });
});
