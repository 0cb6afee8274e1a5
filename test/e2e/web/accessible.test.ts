import { beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { violations } from "./axe.ts";
import { withoutChromium } from "./browser.ts";
import type { Person } from "./person.ts";
import { setStage } from "./stage.ts";

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } };
const looks = (["light", "dark"] as const).flatMap((colorScheme) =>
  (["phone", "desktop"] as const).map((size) => ({ colorScheme, size })),
);

/** Each view of the page, and how one gets there from the list. */
const views: { name: string; show(page: Page): Promise<unknown> }[] = [
  { name: "the list", show: async () => undefined },
  { name: "a room", show: (page) => openGroup(page) },
  {
    name: "a message with its tools",
    show: async (page) => {
      await openGroup(page);
      await page.getByRole("article").first().focus();
    },
  },
  {
    name: "the reactions on offer",
    show: async (page) => {
      await openGroup(page);
      await page.getByRole("article").first().focus();
      await page.getByRole("article").first().getByRole("button", { name: "React" }).click();
    },
  },
  {
    name: "a message's menu",
    show: async (page) => {
      await openGroup(page);
      await page.getByRole("article").first().focus();
      await page.getByRole("article").first().getByRole("button", { name: "More" }).click();
    },
  },
  {
    name: "mention suggestions",
    show: async (page) => {
      await openGroup(page);
      await page.getByLabel(/^Message to/).fill("");
      await page.getByLabel(/^Message to/).pressSequentially("@");
      await page.getByRole("listbox").waitFor();
    },
  },
  {
    name: "the details",
    show: async (page) => {
      await openGroup(page);
      await page.getByRole("button", { name: "Details" }).click();
      await page.getByText("@ben").waitFor();
    },
  },
  {
    name: "new conversation",
    show: (page) => page.getByRole("button", { name: "New conversation" }).first().click(),
  },
  {
    name: "new group",
    show: async (page) => {
      await page.getByRole("button", { name: "New conversation" }).first().click();
      await page.getByRole("button", { name: "A group" }).click();
    },
  },
  { name: "go to", show: (page) => page.keyboard.press("Control+k") },
  { name: "help", show: (page) => page.keyboard.press("Control+/") },
  {
    name: "settings",
    show: async (page) => {
      await page.getByRole("button", { name: "Settings" }).click();
      await page.getByText("This device").waitFor();
    },
  },
];

for (const name of ["Change the password", "Groups you were in"]) {
  views.push({
    name,
    async show(page) {
      await page.getByRole("button", { name: "Settings" }).click();
      await page.getByRole("button", { name }).click();
      await page.getByRole("dialog", { name }).waitFor();
    },
  });
}
views.push({
  name: "a question before what can't be undone",
  async show(page) {
    await openGroup(page);
    await page.getByRole("button", { name: "Details" }).click();
    await page.getByRole("button", { name: "Actions for ben" }).click();
    await page.getByRole("menuitem", { name: "Remove and ban" }).click();
    await page.getByRole("dialog").waitFor();
  },
});

async function openGroup(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Harbour" }).click();
  await page.getByRole("article").first().waitFor();
}

describe.skipIf(withoutChromium)("axe finds nothing wrong", () => {
  const stage = setStage();
  let ana: Person;

  beforeAll(async () => {
    ana = await stage.register("ana");
    const ben = await stage.register("ben");
    await ana.makeGroup("Harbour", ["ben"]);
    await ben.open("Harbour");
    await ben.say("Ahoy @ana, see https://example.org/birds");
    await ana.message("Ahoy").hover();
    await ana.message("Ahoy").getByRole("button", { name: "React" }).click();
    await ana.page.getByRole("button", { name: "Heart" }).click();
    await ana.message("Ahoy").hover();
    await ana.message("Ahoy").getByRole("button", { name: "Reply" }).click();
    await ana.say("What a flock!");
    await ana.tick("What a flock!", "read");
    await ana.say("This one goes");
    await ana.tick("This one goes", "read");
    await ana.message("This one goes").hover();
    await ana.message("This one goes").getByRole("button", { name: "More" }).click();
    await ana.page.getByRole("menuitem", { name: "Delete for everyone" }).click();
    await ana.confirm("Delete for everyone");
    await ana.openDirect("ben");
    await ana.say("Hello");
    await ben.context.close();
  });

  for (const { colorScheme, size } of looks) {
    describe(`${colorScheme}, ${size}`, () => {
      test("sign-in and registration", async () => {
        const context = await stage.browser.newContext({ colorScheme, viewport: sizes[size] });
        const page = await context.newPage();
        await page.goto(stage.server.url);
        await page.getByRole("button", { name: "Create an account" }).waitFor();
        expect(await violations(page)).toEqual([]);
        await page.getByRole("button", { name: "Create an account" }).click();
        await page.getByLabel("Shown as").waitFor();
        expect(await violations(page)).toEqual([]);
        await context.close();
      });

      for (const view of views) {
        test(view.name, async () => {
          await ana.page.setViewportSize(sizes[size]);
          await ana.page.emulateMedia({ colorScheme });
          await ana.page.goto(stage.server.url);
          await ana.row("Harbour").waitFor();
          await view.show(ana.page);
          expect(await violations(ana.page)).toEqual([]);
        });
      }
    });
  }

  test("and it would: a planted fault is found", async () => {
    await ana.page.goto(stage.server.url);
    await ana.row("Harbour").waitFor();
    await ana.page.evaluate(() => document.body.append(new Image()));
    expect((await violations(ana.page)).join()).toContain("image-alt");
  });

  test("the chosen colours hold from the first paint on", async () => {
    await ana.page.emulateMedia({ colorScheme: "light" });
    await ana.page.goto(stage.server.url);
    await ana.page.getByRole("button", { name: "Settings" }).click();
    await ana.page.getByRole("button", { name: "Dark", exact: true }).click();
    // Before any of the page's own modules ran.
    await ana.page.goto(stage.server.url, { waitUntil: "commit" });
    await ana.page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
    await ana.row("Harbour").waitFor();
    const ground = await ana.page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    expect(ground).toBe("dark");
    expect(await violations(ana.page)).toEqual([]);
  });
});
