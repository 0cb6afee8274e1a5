import { beforeAll, describe, expect, test } from "bun:test";
import type { Page, WebSocketRoute } from "playwright-core";
import { createClient } from "../../../sdk/index.ts";
import { withoutChromium } from "./browser.ts";
import { type Person, password } from "./person.ts";
import { setStage } from "./stage.ts";

describe.skipIf(withoutChromium)("read means that somebody looked", () => {
  const stage = setStage();
  let ana: Person;
  let ben: Person;

  beforeAll(async () => {
    [ana, ben] = await stage.pair("one");
    await ana.tick("one", "read");
  });

  const line = () => ben.page.getByText("New messages", { exact: true });

  test("what comes to a window that nobody looks at stays unread, under a line", async () => {
    await look(ben.page, false);
    await ana.say("two");
    await ben.message("two").waitFor();
    await ben.row("ana").getByText("1 unread").waitFor();
    await ana.tick("two", "delivered");
    await line().waitFor();
    expect(await order(ben.page)).toEqual(["one", "New messages", "two"]);
  });

  test("looking reads it; the line stays where it is while one reads on", async () => {
    await look(ben.page, true);
    await ana.tick("two", "read");
    await ana.say("three");
    await ana.tick("three", "read");
    expect(await order(ben.page)).toEqual(["one", "New messages", "two", "three"]);
  });

  test("the title counts what is unread, and forgets it when it is read", async () => {
    await look(ben.page, false);
    await ana.say("four");
    await ben.page.waitForFunction(() => document.title === "(1) Starling");
    await look(ben.page, true);
    await ben.page.waitForFunction(() => document.title === "Starling");
    // The page clears its own count at once and tells the server a little later: leaving in between would lose that.
    await ana.tick("four", "read");
  });

  test("a room is opened at the line, and opened again it has none", async () => {
    await ben.page.goto(stage.server.url);
    await ben.row("ana").waitFor();
    for (let n = 1; n <= 25; n++) await ana.say(`news ${n}`);
    await ben.row("ana").getByText("25 unread").waitFor();
    await ben.open("ana");
    await line().waitFor();
    await ben.message("news 1").first().waitFor();
    expect(await ben.page.getByText("news 25", { exact: true }).first().isVisible()).toBe(true);
    expect(await inView(ben.page, "New messages")).toBe(true);
    const toEnd = ben.page.getByRole("button", { name: "Go to the newest message" });
    await toEnd.waitFor();
    // Nothing was read by opening it: most of it is below the pane.
    await ana.say("and news 26");
    await ben.row("ana").getByText("26 unread").waitFor();
    await toEnd.click();
    await ana.tick("and news 26", "read");
    await ben.page.goto(stage.server.url);
    await ben.open("ana");
    await ben.message("news 26").waitFor();
    expect(await line().count()).toBe(0);
  });

  test("so it is when more is unread than is loaded at first, and nothing is read before its time", async () => {
    await ben.page.goto(stage.server.url);
    await ben.row("ana").waitFor();
    await using client = createClient({ url: stage.server.url });
    await client.login({ name: "ana", password });
    await client.connect();
    await client.ready();
    const room = client.room(ana.page.url().split("/").at(-1) ?? "");
    for (let n = 1; n <= 120; n++) await room.send({ text: `many ${n}` });
    await ben.row("ana").getByText("120 unread").waitFor();
    await ben.page.reload();
    await ben.open("ana");
    await line().waitFor();
    await ben.page.getByRole("article").getByText("many 1", { exact: true }).waitFor();
    expect(await inView(ben.page, "New messages")).toBe(true);
    await ben.row("ana").getByText("120 unread").waitFor();
    await ben.page.getByRole("button", { name: "Go to the newest message" }).click();
    await ben.message("many 120").waitFor();
    await ana.tick("many 120", "read");
  });

  test("reading in another tab takes the line away from a window that nobody looks at", async () => {
    await look(ben.page, false);
    await ana.say("five");
    await line().waitFor();
    const other = await ben.tab();
    await other.getByRole("article").filter({ hasText: "five" }).waitFor();
    await line().waitFor({ state: "detached" });
    await other.close();
    await look(ben.page, true);
  });

  test("what is known to be unread before it is here is read when it comes", async () => {
    const late = await holdEvents(ben.page);
    await ben.page.reload();
    await ben.message("five").waitFor();
    late.hold();
    await ana.say("six");
    await ana.tick("six", "sent");
    await late.reconnect();
    await ben.row("ana").getByText("1 unread").waitFor();
    late.release();
    await ana.tick("six", "read");
  });

  test("new messages are said to a screen reader, one's own are not", async () => {
    const spoken = ben.page.locator("[aria-live=polite]");
    await ana.say("can you hear me?");
    await spoken.getByText("ana: can you hear me?").waitFor();
    await spoken.filter({ hasText: /^$/ }).waitFor({ state: "attached" });
    await ben.say("yes");
    await ana.message("yes").waitFor();
    await ana.say("good");
    // A burst is said as one: had one's own been in it, it would stand before this.
    await spoken.getByText("ana: good").waitFor();
    expect(await spoken.textContent()).toBe("ana: good");
  });
});

/** Playwright's pages believe that they have focus, all of them: this one is told whether it has. */
async function look(page: Page, has: boolean): Promise<void> {
  await page.evaluate((focused) => {
    document.hasFocus = () => focused;
    dispatchEvent(new Event(focused ? "focus" : "blur"));
  }, has);
}

/** Puts somebody between the page and its server who can keep events back; everything else passes. */
async function holdEvents(page: Page) {
  let socket: WebSocketRoute | undefined;
  let held: (() => void)[] | null = null;
  await page.routeWebSocket(/./, (route) => {
    socket = route;
    route.connectToServer().onMessage((text) => {
      const send = () => route.send(text);
      if (held && /"t":"(events|live)"/.test(String(text))) held.push(send);
      else send();
    });
  });
  return {
    hold(): void {
      held = [];
    },
    reconnect: () => socket?.close({ code: 4000 }),
    release(): void {
      for (const send of held ?? []) send();
      held = null;
    },
  };
}

/** Messages and the unread line, as they stand. */
function order(page: Page): Promise<string[]> {
  return page.locator(".message-text, .unread-line").allTextContents();
}

function inView(page: Page, text: string): Promise<boolean> {
  return page.getByText(text, { exact: true }).evaluate((element) => {
    const row = element.getBoundingClientRect();
    const list = element.closest(".timeline")?.getBoundingClientRect();
    return list !== undefined && row.top >= list.top && row.bottom <= list.bottom;
  });
}
