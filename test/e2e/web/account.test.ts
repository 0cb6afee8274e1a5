import { beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { withoutChromium } from "./browser.ts";
import { type Person, password } from "./person.ts";
import { setStage } from "./stage.ts";

const fresh = "a quite new sentence";

describe.skipIf(withoutChromium)("one's account", () => {
  const stage = setStage();
  let page: Page;
  let ana: Person;

  beforeAll(async () => {
    page = await stage.browser.newPage();
    await page.goto(stage.server.url);
  });

  const field = (label: string) => page.getByLabel(label, { exact: true });

  test("signing in begins in the field for the name", async () => {
    await field("Name").waitFor();
    expect(await field("Name").evaluate((name) => name === document.activeElement)).toBe(true);
  });

  test("what can't be a name or a password is said at the field, and nothing is cut", async () => {
    await page.getByRole("button", { name: "Create an account" }).click();
    const create = page.getByRole("button", { name: "Create account" });
    await field("Name").fill("ana maria");
    await field("Password").fill("short");
    await create.click();
    await page.getByText("Only letters a to z").waitFor();
    await page.getByText("At least 10 characters, please.").waitFor();
    expect(await field("Name").getAttribute("aria-invalid")).toBe("true");
    expect(await field("Name").evaluate((name) => name === document.activeElement)).toBe(true);
    await field("Name").fill("a".repeat(40));
    expect(await field("Name").inputValue()).toBe("a".repeat(40));
    await create.click();
    await page.getByText("At most 32 characters: this has 40.").waitFor();
    await field("Name").fill("zoe");
    await field("Password").fill(password);
    await create.click();
    await page.getByRole("navigation", { name: "Conversations" }).waitFor();
    await page.context().close();
  });

  test("the list of sessions begins with this one, and can end all others at once", async () => {
    ana = await stage.register("ana");
    const phone = await stage.signIn("ana");
    const tablet = await stage.signIn("ana");
    await ana.page.getByRole("button", { name: "Settings" }).click();
    const sessions = ana.page.getByRole("dialog").locator(".session");
    await sessions.nth(2).waitFor();
    expect(await sessions.first().textContent()).toContain("This device");
    expect(await sessions.last().textContent()).toContain("signed in");
    await ana.page.getByRole("button", { name: "Sign out all other sessions" }).click();
    for (const other of [phone, tablet]) {
      await other.page.getByText("This session has ended").waitFor();
      await other.context.close();
    }
    await sessions.nth(1).waitFor({ state: "detached" });
    await ana.page.keyboard.press("Escape");
  });

  test("the password is changed by who knows it; other sessions end, this one stays", async () => {
    const other = await stage.signIn("ana");
    const dialog = ana.page.getByRole("dialog");
    await ana.page.getByRole("button", { name: "Settings" }).click();
    await ana.page.getByRole("button", { name: "Change the password" }).click();
    await dialog.getByLabel("Current password", { exact: true }).fill("not it, not it");
    await dialog.getByLabel("New password", { exact: true }).fill("short");
    await dialog.getByRole("button", { name: "Change it" }).click();
    await dialog.getByText("At least 10 characters, please.").waitFor();
    await dialog.getByLabel("New password", { exact: true }).fill(fresh);
    await dialog.getByRole("button", { name: "Change it" }).click();
    await dialog.getByText("The current password is wrong.").waitFor();
    await dialog.getByLabel("Current password", { exact: true }).fill(password);
    await dialog.getByRole("button", { name: "Change it" }).click();
    await ana.page.getByText("Password changed. Your other sessions were signed out.").waitFor();
    await other.page.getByText("This session has ended").waitFor();
    await other.page.getByLabel("Name", { exact: true }).fill("ana");
    await other.page.getByLabel("Password", { exact: true }).fill(fresh);
    await other.page.getByRole("button", { name: "Sign in" }).click();
    await other.page.getByRole("navigation", { name: "Conversations" }).waitFor();
    await ana.page.reload();
    await ana.page.getByRole("navigation", { name: "Conversations" }).waitFor();
  });
});
