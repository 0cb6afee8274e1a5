import { beforeAll, describe, expect, test } from "bun:test";
import { withoutChromium } from "./browser.ts";
import type { Person } from "./person.ts";
import { setStage } from "./stage.ts";

describe.skipIf(withoutChromium)("a group", () => {
  const stage = setStage();
  let ana: Person;
  let ben: Person;
  let chi: Person;

  beforeAll(async () => {
    [ana, ben, chi] = await Promise.all([
      stage.register("ana"),
      stage.register("ben"),
      stage.register("chi"),
    ]);
  });

  test("is made with a name and members, who find it in their lists", async () => {
    await ana.makeGroup("Harbour", ["ben"]);
    await ana.say("Welcome aboard");
    await ben.open("Harbour");
    await ben.message("Welcome aboard").waitFor();
    await ben.page.getByText("ana made the group “Harbour” with you").waitFor();
  });

  test("people are added later, and everybody reads that", async () => {
    await ana.page.getByRole("button", { name: "Details" }).click();
    const dialog = ana.page.getByRole("dialog");
    await ana.page.getByRole("button", { name: "Add people" }).click();
    await dialog.getByLabel("Add by name").fill("ben");
    await dialog.getByLabel("Add by name").press("Enter");
    await dialog.getByText("“ben” is in this group already").waitFor();
    await dialog.getByLabel("Add by name").fill("chi");
    await dialog.getByLabel("Add by name").press("Enter");
    await dialog.getByRole("button", { name: "Take chi off the list" }).waitFor();
    await dialog.getByRole("button", { name: "Add", exact: true }).last().click();
    await ben.page.getByText("ana added chi").waitFor();
    await chi.open("Harbour");
    await chi.message("Welcome aboard").waitFor();
  });

  test("an @ offers its members; who is mentioned gets a badge", async () => {
    await chi.page.getByRole("navigation").getByRole("link", { name: "Harbour" }).waitFor();
    await chi.page.goto(stage.server.url);
    await ben.field.pressSequentially("Ahoy @c");
    await ben.page.getByRole("option", { name: "chi" }).waitFor();
    expect(await ben.field.getAttribute("aria-expanded")).toBe("true");
    await ben.field.press("Enter");
    expect(await ben.field.inputValue()).toBe("Ahoy @chi ");
    await ben.field.pressSequentially("!");
    await ben.field.press("Enter");
    await chi.row("Harbour").getByText("you are mentioned").waitFor();
    await chi.open("Harbour");
    await chi.message("Ahoy").locator("mark", { hasText: "@chi" }).waitFor();
    await chi.row("Harbour").getByText("unread").waitFor({ state: "detached" });
  });

  test("its owner gives roles, as far as the rules go", async () => {
    const details = ana.page.getByRole("complementary", { name: "Details" });
    await details.getByRole("button", { name: "Actions for ben" }).click();
    await ana.page.getByRole("menuitem", { name: "Make an admin" }).click();
    await ben.page.getByText("ana made you an admin").waitFor();
    await ben.page.getByRole("button", { name: "Details" }).click();
    await ben.page.getByRole("button", { name: "Actions for ana" }).click();
    await ben.page.getByRole("menuitem", { name: "Write to them" }).waitFor();
    expect(await ben.page.getByRole("menuitem", { name: "Remove" }).count()).toBe(0);
    await ben.page.keyboard.press("Escape");
  });

  test("an admin renames it, for all", async () => {
    await ben.page.getByRole("button", { name: "Change the name" }).click();
    await ben.page.getByRole("textbox", { name: "Name" }).fill("Old harbour");
    await ben.page.getByRole("textbox", { name: "Name" }).press("Enter");
    await chi.row("Old harbour").waitFor();
    await ana.page.getByText("ben named the group “Old harbour”").waitFor();
  });

  test("who is removed reads that, and can't write any more", async () => {
    await ben.page.getByRole("button", { name: "Actions for chi" }).click();
    await ben.page.getByRole("menuitem", { name: "Remove", exact: true }).click();
    await ben.confirm("Remove");
    await chi.page.getByText("You are no longer a member").waitFor();
    await chi.row("Old harbour").waitFor({ state: "detached" });
    await ben.page.getByRole("button", { name: "Actions for chi" }).waitFor({ state: "detached" });
    // Focus isn't lost with the row that had it.
    expect(await ben.page.evaluate(() => document.activeElement?.textContent)).toContain("Members");
    await ben.say("Not for chi");
    await ana.message("Not for chi").waitFor();
    expect(await chi.texts()).not.toContain("Not for chi");
  });

  test("what was written while they were a member stays readable, after a reload too", async () => {
    await chi.page.reload();
    await chi.page.getByText("You are no longer a member").waitFor();
    await chi.message("Ahoy").waitFor();
    expect(await chi.texts()).toEqual(["Ahoy @chi !"]);
    await chi.page.goto(stage.server.url);
    await chi.page.getByRole("button", { name: "Settings" }).click();
    await chi.page.getByRole("button", { name: "Groups you were in" }).click();
    await chi.page.getByRole("dialog").getByRole("link", { name: "Old harbour" }).click();
    await chi.message("Ahoy").waitFor();
    expect(await chi.field.count()).toBe(0);
  });

  test("what comes meanwhile takes neither focus out of a menu nor what is being written", async () => {
    const details = ana.page.getByRole("complementary", { name: "Details" });
    await details.getByRole("button", { name: "Actions for ben" }).click();
    const chosen = details.getByRole("menuitem", { name: "Write to them" });
    await chosen.waitFor();
    await ben.say("Land in sight");
    await ana.message("Land in sight").waitFor();
    expect(await chosen.evaluate((item) => item === document.activeElement)).toBe(true);
    await ana.page.keyboard.press("Escape");
    await details.getByRole("button", { name: "Change the name" }).click();
    await ana.page.keyboard.type("Far");
    await ben.say("No, a cloud");
    await ana.message("No, a cloud").waitFor();
    await ana.page.keyboard.type(" away");
    expect(await details.getByRole("textbox", { name: "Name" }).inputValue()).toBe("Far away");
    await ana.page.keyboard.press("Escape");
  });

  test("handing it over, removing and banning ask first", async () => {
    const menu = ana.page.getByRole("menuitem");
    const dialog = ana.page.getByRole("dialog");
    for (const action of ["Make them the owner", "Remove", "Remove and ban"]) {
      await ana.page.getByRole("button", { name: "Actions for ben" }).click();
      await menu.filter({ hasText: new RegExp(`^${action}$`) }).click();
      await dialog.getByRole("button", { name: action, exact: true }).waitFor();
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await dialog.waitFor({ state: "detached" });
    }
    await ben.row("Old harbour").waitFor();
    expect(await ana.page.getByText("made ben the owner").count()).toBe(0);
  });

  test("who is banned is on a list, can't be added, and can be let in again", async () => {
    const details = ana.page.getByRole("complementary", { name: "Details" });
    const dialog = ana.page.getByRole("dialog");
    const add = async () => {
      await details.getByRole("button", { name: "Add people" }).click();
      await dialog.getByLabel("Add by name").fill("chi");
      await dialog.getByLabel("Add by name").press("Enter");
      await dialog.getByRole("button", { name: "Take chi off the list" }).waitFor();
      await dialog.getByRole("button", { name: "Add", exact: true }).last().click();
    };
    await add();
    await chi.row("Old harbour").waitFor();
    await details.getByRole("button", { name: "Actions for chi" }).click();
    await ana.page.getByRole("menuitem", { name: "Remove and ban" }).click();
    await ana.confirm("Remove and ban");
    const banned = details.getByRole("region", { name: "Banned" });
    await banned.getByText("chi", { exact: true }).waitFor();
    await add();
    await dialog.getByText("Somebody on the list is banned from this group.").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await banned.getByRole("button", { name: "Lift the ban on chi" }).click();
    await banned.waitFor({ state: "detached" });
    await add();
    await chi.row("Old harbour").waitFor();
  });

  test("its rules are seen by all, and changed by its admins", async () => {
    const rules = ana.page.getByRole("complementary", { name: "Details" });
    await rules.getByRole("button", { name: "What comes after" }).click();
    await chi.open("Old harbour");
    await chi.page.getByText("ana let new members see only what comes after").waitFor();
    await chi.page.getByRole("button", { name: "Details" }).click();
    const seen = chi.page.getByRole("complementary", { name: "Details" });
    await seen.getByText("What comes after").waitFor();
    expect(await seen.getByRole("button", { name: "What comes after" }).count()).toBe(0);
  });

  test("an open one is joined at its address; a closed one isn't", async () => {
    const dee = await stage.register("dee");
    await dee.page.goto(ana.page.url());
    await dee.page.getByRole("button", { name: "Join" }).click();
    await dee.page.getByText("There is no open group at this address").waitFor();
    const details = ana.page.getByRole("complementary", { name: "Details" });
    await details.getByRole("button", { name: "Open to all" }).click();
    await details.getByRole("button", { name: "Copy the address" }).waitFor();
    await dee.page.getByRole("button", { name: "Join" }).click();
    await dee.field.waitFor();
    await ana.page.getByText("dee joined").waitFor();
    await dee.context.close();
  });

  test("one can leave it; the owner is told what to do first", async () => {
    await ana.page.getByRole("button", { name: "Leave the group" }).click();
    await ana.page.getByText("make somebody else the owner first").waitFor();
    await ana.page.keyboard.press("Escape");
    await ben.page.getByRole("button", { name: "Leave the group" }).click();
    await ben.page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
    await ben.page.getByText("You are no longer a member").waitFor();
    await ana.page.getByText("ben left").waitFor();
  });

  test("no page threw or logged an error", () => {
    expect([ana, ben, chi].flatMap((person) => person.faults)).toEqual([]);
  });
});
