import { beforeAll, describe, expect, test } from "bun:test";
import { withoutChromium } from "./browser.ts";
import type { Person } from "./person.ts";
import { setStage } from "./stage.ts";

describe.skipIf(withoutChromium)("two people at two browsers", () => {
  const stage = setStage();
  let ana: Person;
  let ben: Person;

  beforeAll(async () => {
    [ana, ben] = await Promise.all([stage.register("ana"), stage.register("ben")]);
  });

  test("find each other by name and talk; the sender sees it stored, delivered, read", async () => {
    await ana.openDirect("ben");
    await ana.say("Hello Ben!");
    await ben.row("ana").getByText("1 unread").waitFor();
    await ana.tick("Hello Ben!", "delivered");
    await ben.open("ana");
    await ben.message("Hello Ben!").waitFor();
    await ana.tick("Hello Ben!", "read");
    await ben.say("Hello Ana!");
    await ana.message("Hello Ana!").waitFor();
    expect(await ana.texts()).toEqual(["Hello Ben!", "Hello Ana!"]);
    expect(await ben.texts()).toEqual(["Hello Ben!", "Hello Ana!"]);
  });

  test("a name that nobody has is said, and one's own too", async () => {
    const dialog = ana.page.getByRole("dialog");
    await ana.page.getByRole("button", { name: "New conversation" }).click();
    await dialog.getByLabel("Their name").fill("nobody-at-all");
    await dialog.getByRole("button", { name: "Start", exact: true }).click();
    await dialog.getByText("isn't here").waitFor();
    await dialog.getByLabel("Their name").fill("ana");
    await dialog.getByRole("button", { name: "Start", exact: true }).click();
    await dialog.getByText("“ana” is you").waitFor();
    await ana.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  test("see each other typing and online", async () => {
    // As a person types: it is told at most every 3 s.
    const typing = ana.field.pressSequentially("thinking about what to say", { delay: 150 });
    await ben.page.getByText("ana is typing").waitFor();
    await typing;
    await ana.field.fill("");
    await ben.page.getByRole("main").getByText("online", { exact: true }).first().waitFor();
  });

  test("a message can be edited by ArrowUp, and says so", async () => {
    await ana.say("Se you at nine");
    await ana.tick("Se you at nine", "read");
    await ana.field.press("ArrowUp");
    expect(await ana.field.inputValue()).toBe("Se you at nine");
    await ana.say("See you at nine");
    await ben.message("See you at nine").getByText("edited").waitFor();
    expect(await ben.texts()).not.toContain("Se you at nine");
  });

  test("who wants to know reads what it said before", async () => {
    await ben.message("See you at nine").getByRole("button", { name: "edited" }).click();
    const versions = ben.page.getByRole("dialog").getByRole("listitem");
    await versions.filter({ hasText: "Se you at nine" }).waitFor();
    expect(await versions.allTextContents()).toEqual([
      "NowSee you at nine",
      expect.stringMatching(/Se you at nine$/),
    ]);
    await ben.page.keyboard.press("Escape");
  });

  test("a message can be answered; the answer quotes it and leads to it", async () => {
    const original = ben.message("Hello Ben!");
    await original.hover();
    await original.getByRole("button", { name: "Reply" }).click();
    await ben.page.getByText("Replying to ana").waitFor();
    await ben.say("So early?");
    const quote = ana.message("So early?").getByRole("button", { name: "Answer to" });
    expect(await quote.textContent()).toContain("Hello Ben!");
    await quote.click();
    await ana.page.locator("article.marked", { hasText: "Hello Ben!" }).first().waitFor();
  });

  test("reactions are toggled, and counted for both", async () => {
    const message = ana.message("Hello Ana!");
    await message.hover();
    await message.getByRole("button", { name: "React" }).click();
    await ana.page.getByRole("button", { name: "Heart" }).click();
    const seen = ben.message("Hello Ana!").getByRole("button", { name: "Heart, 1: ana" });
    await seen.waitFor();
    await seen.click();
    await ana.message("Hello Ana!").getByRole("button", { name: "Heart, 2" }).click();
    await ben.message("Hello Ana!").getByRole("button", { name: "Heart, 1: ben" }).waitFor();
  });

  test("a deleted message leaves a tombstone on both pages", async () => {
    await ana.say("Forget this");
    await ana.tick("Forget this", "read");
    await ana.message("Forget this").hover();
    await ana.message("Forget this").getByRole("button", { name: "More" }).click();
    await ana.page.getByRole("menuitem", { name: "Delete for everyone" }).click();
    await ana.page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await ana.message("Forget this").getByRole("button", { name: "More" }).press("Enter");
    await ana.page.getByRole("menuitem", { name: "Delete for everyone" }).click();
    await ana.confirm("Delete for everyone");
    await ben.message("Message deleted").waitFor();
    await ana.message("Message deleted").waitFor();
    // The tools that had focus are gone: it is where they were.
    expect(await ana.page.evaluate(() => document.activeElement?.textContent)).toContain("Message deleted");
    await ben.page.waitForFunction(() => !document.documentElement.outerHTML.includes("Forget this"));
  });

  test("addresses become links that lead nowhere dangerous; markup is text", async () => {
    await ana.say("https://example.org/x and javascript:alert(1) <b>bold</b>");
    const message = ben.message("https://example.org/x");
    const link = message.getByRole("link");
    expect(await link.getAttribute("href")).toBe("https://example.org/x");
    expect(await link.getAttribute("rel")).toBe("noopener noreferrer");
    expect(await message.locator("b").count()).toBe(0);
    expect(await message.textContent()).toContain("<b>bold</b>");
  });

  test("Shift+Enter makes a new line, and a draft outlives a reload", async () => {
    await ana.field.fill("first");
    await ana.field.press("Shift+Enter");
    await ana.field.pressSequentially("second");
    await ana.page.reload();
    await ana.field.waitFor();
    expect(await ana.field.inputValue()).toBe("first\nsecond");
    await ana.field.press("Enter");
    await ben.message("second").waitFor();
    expect((await ben.texts()).at(-1)).toBe("first\nsecond");
  });

  test("a draft shows in the list of another tab as it changes, and goes with it", async () => {
    const tab = await ana.tab();
    await tab.goto(stage.server.url);
    await tab.getByText("You: first").waitFor();
    await ana.field.fill("half a");
    await tab.getByText("Draft: half a", { exact: true }).waitFor();
    await ana.field.fill("half a thought");
    await tab.getByText("Draft: half a thought", { exact: true }).waitFor();
    await ana.field.fill("");
    await tab.getByText("You: first").waitFor();
    await tab.close();
  });

  test("after a reload everything is there as it was", async () => {
    const before = await ben.texts();
    await ben.page.reload();
    await ben.message("second").waitFor();
    expect(await ben.texts()).toEqual(before);
    await ben.message("See you at nine").getByText("edited").waitFor();
    await ben.message("Message deleted").waitFor();
    await ben.message("Hello Ana!").getByRole("button", { name: "Heart, 1: ben" }).waitFor();
  });

  test("reading in one tab clears the badge in another", async () => {
    const other = await ben.tab();
    await other.getByRole("navigation").waitFor();
    await other.goto(stage.server.url);
    // Both of ben's tabs are away from the room now.
    await ben.page.goto(stage.server.url);
    await ben.row("ana").waitFor();
    await ana.say("Anybody there?");
    const badge = other.getByRole("link", { name: "ana" }).getByText("1 unread");
    await badge.waitFor();
    await ben.open("ana");
    await badge.waitFor({ state: "detached" });
    await other.close();
  });

  test("neither page threw or logged an error", () => {
    expect(ana.faults).toEqual([]);
    expect(ben.faults).toEqual([]);
  });
});
