import { beforeAll, describe, expect, test } from "bun:test";
import { withoutChromium } from "./browser.ts";
import { type Person, password } from "./person.ts";
import { setStage } from "./stage.ts";

/** A socket may take a while to notice that it is cut: until then the message counts as under way. */
const pending = /waiting to be sent|being sent/;

describe.skipIf(withoutChromium)("when the connection fails", () => {
  const stage = setStage();
  let ana: Person;
  let ben: Person;

  beforeAll(async () => {
    [ana, ben] = await stage.pair("first");
  });

  test("what is written offline waits, and comes through in order", async () => {
    const banner = ana.page.getByText("No connection");
    await ana.context.setOffline(true);
    await ana.say("written in a tunnel");
    await ana.say("and another");
    await ana.message("and another").getByTitle(pending).waitFor();
    await banner.waitFor();
    // Nobody can be heard of, and the list shows what waits.
    expect(await ana.page.locator(".presence").count()).toBe(0);
    await ana.row("ben").getByText("You: and another").waitFor();
    await ana.context.setOffline(false);
    await ben.message("and another").waitFor();
    await banner.waitFor({ state: "detached" });
    await ana.tick("and another", "read");
    expect(await ben.texts()).toEqual(["first", "written in a tunnel", "and another"]);
    expect(await ana.texts()).toEqual(await ben.texts());
  });

  test("what is written offline outlives a reload", async () => {
    await ana.context.setOffline(true);
    await ana.say("kept over a reload");
    await ana.message("kept over a reload").getByTitle(pending).waitFor();
    // The page itself comes from the server: online for it, as after a restart of the browser.
    await ana.context.setOffline(false);
    await ana.page.reload();
    await ana.tick("kept over a reload", "read");
    expect((await ben.texts()).filter((text) => text === "kept over a reload")).toHaveLength(1);
  });

  test("a killed server comes back, and with it the conversation: nothing lost, nothing doubled", async () => {
    const said: string[] = await ana.texts();
    for (let round = 1; round <= 2; round++) {
      const writing = (async () => {
        for (let n = 1; n <= 6; n++) {
          said.push(`round ${round}, ${n}`);
          await ana.say(`round ${round}, ${n}`);
        }
      })();
      if (round % 2) await ben.message(`round ${round}, 2`).waitFor();
      await stage.server.kill();
      await writing;
      await stage.server.start();
      await ana.tick(`round ${round}, 6`, "read");
    }
    expect(await ana.texts()).toEqual(said);
    expect(await ben.texts()).toEqual(said);
    await ben.page.reload();
    await ben.message("round 2, 6").waitFor();
    expect(await ben.texts()).toEqual(said);
  });

  test("what was written offline stays in sight when something else lands before it", async () => {
    for (let n = 1; n <= 20; n++) await ben.say(`filling the screen ${n}`);
    await ana.message("filling the screen 20").waitFor();
    await stage.server.kill();
    await ana.say("waiting at the foot");
    await ana.message("waiting at the foot").getByTitle(pending).waitFor();
    // Back for ben alone: his message lands first.
    await ana.context.setOffline(true);
    await stage.server.start();
    await ben.say("first come,\nfirst served\nas always");
    await ben.message("first come").getByTitle("sent", { exact: true }).waitFor();
    await ana.context.setOffline(false);
    await ana.message("first come").waitFor();
    await ana.tick("waiting at the foot", "read");
    const gap = await ana.page
      .locator(".timeline")
      .evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight);
    expect(gap).toBeLessThan(2);
  });

  test("what can't be sent any more says why, and can be discarded", async () => {
    await ana.makeGroup("Harbour", ["ben"]);
    await ben.open("Harbour");
    await ben.context.setOffline(true);
    await ben.say("am I still here?");
    await ben.message("am I still here?").getByTitle(pending).waitFor();
    await ana.page.getByRole("button", { name: "Details" }).click();
    await ana.page.getByRole("button", { name: "Actions for ben" }).click();
    await ana.page.getByRole("menuitem", { name: "Remove", exact: true }).click();
    await ana.confirm("Remove");
    await ana.page.getByText("You removed ben").waitFor();
    await ben.context.setOffline(false);
    await ben.page.getByText("You are no longer a member").waitFor();
    await ben.message("am I still here?").getByText("you can't write here").waitFor();
    await ben.message("am I still here?").getByRole("button", { name: "Discard" }).click();
    await ben.message("am I still here?").waitFor({ state: "detached" });
    expect(await ana.texts()).toEqual([]);
  });

  test("a session ended elsewhere leads to the sign-in, with the reason", async () => {
    const second = await stage.signIn("ana");
    await second.page.getByRole("button", { name: "Settings" }).click();
    const others = second.page.getByRole("button", { name: /^Sign out Chrome/ });
    await others.first().click();
    await ana.page.getByText("This session has ended").waitFor();
    await ana.page.getByLabel("Name", { exact: true }).fill("ana");
    await ana.page.getByLabel("Password", { exact: true }).fill(password);
    await ana.page.getByRole("button", { name: "Sign in" }).click();
    await ana.row("ben").waitFor();
    await ana.open("ben");
    await ana.message("waiting at the foot").waitFor();
    await ana.say("here again");
    await ana.tick("here again", "sent");
  });
});
