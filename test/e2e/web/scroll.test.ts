import { beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { type Client, createClient } from "../../../sdk/index.ts";
import { withoutChromium } from "./browser.ts";
import { type Person, password } from "./person.ts";
import { setStage } from "./stage.ts";

const messages = 1_000;

/** Lengths from one word to several lines, the same in every run. */
const textOf = (n: number) => `${n} ${"murmuration ".repeat((n * 7) % 23)}`.trim();

describe.skipIf(withoutChromium)("a history of a thousand messages", () => {
  const stage = setStage();
  let ana: Person;

  beforeAll(async () => {
    await writeHistory(stage.server.url);
    // As most people have it: with the animations that could disturb.
    ana = await stage.signIn("ana", { reducedMotion: "no-preference" });
  });

  async function benSends(...drafts: { text: string; re?: number }[]): Promise<void> {
    await using ben = await online(stage.server.url, "ben");
    const room = await ben.direct((await ben.findUser("ana"))?.id ?? "");
    for (const draft of drafts) await room.send(draft);
  }

  test("opens at the newest message", async () => {
    await ana.open("ben");
    await ana
      .message(`${messages} `)
      .or(ana.message(`${messages}`))
      .first()
      .waitFor();
    expect(await toEnd(ana.page)).toBeLessThan(2);
  });

  test("scrolls up to the first without a row that jumps", async () => {
    let worst = 0;
    let steps = 0;
    for (
      ;
      steps < 2_000 && (await ana.page.getByText("This is where you and ben begin").count()) === 0;
      steps++
    ) {
      worst = Math.max(worst, await drift(ana.page, -480));
    }
    expect(await ana.page.getByText("This is where you and ben begin").count()).toBe(1);
    expect(worst).toBe(0);
    await ana.page.waitForFunction(() => document.querySelectorAll(".timeline-rows > li").length < 100);
  }, 240_000);

  test("what comes while one reads the past moves nothing, and the way back says how much", async () => {
    const before = await tops(ana.page);
    await benSends({ text: "news from today" });
    await ana.page
      .getByRole("button", { name: "Go to the newest message" })
      .getByText("1", { exact: true })
      .waitFor();
    expect(await tops(ana.page)).toEqual(before);
    await ana.page.getByRole("button", { name: "Go to the newest message" }).click();
    await ana.message("news from today").waitFor();
    expect(await toEnd(ana.page)).toBeLessThan(2);
  });

  test("at the end, what comes is followed", async () => {
    await benSends(...Array.from({ length: 5 }, (_, n) => ({ text: `more ${n}: ${textOf(n * 3)}` })));
    await ana.message("more 4").waitFor();
    await ana.page.waitForFunction(() => {
      const list = document.querySelector(".timeline");
      return list !== null && list.scrollHeight - list.scrollTop - list.clientHeight < 2;
    });
  });

  test("that holds in a long history whose width has changed since it was opened", async () => {
    await ana.makeGroup("Elsewhere", []);
    await ana.open("ben");
    await ana.page.getByRole("button", { name: "Details" }).click();
    await ana.page.getByRole("complementary", { name: "Details" }).waitFor();
    const before = await height(ana.page);
    await benSends({ text: "beside the details" });
    await ana.message("beside the details").waitFor();
    await settled(ana.page);
    expect(await toEnd(ana.page)).toBeLessThan(2);
    // Rows that nobody sees keep the height that they were guessed at, or the list would be thrown about.
    expect((await height(ana.page)) - before).toBeLessThan(200);
    await ana.page.keyboard.press("Escape");
  });

  test("an answer leads to its original, however old, and the way back down doesn't jump either", async () => {
    // Seq 1 made the room: message n has seq n + 1.
    await benSends({ text: "do you remember?", re: 101 });
    await ana.page.reload();
    await ana.message("do you remember?").getByRole("button", { name: "Answer to" }).click();
    await ana.page.locator("article.marked", { hasText: textOf(100) }).waitFor();
    let worst = 0;
    for (let step = 0; step < 60; step++) worst = Math.max(worst, await drift(ana.page, 480));
    expect(worst).toBe(0);
    await ana.page.getByRole("button", { name: "Go to the newest message" }).click();
    await ana.message("do you remember?").waitFor();
    expect(await toEnd(ana.page)).toBeLessThan(2);
  }, 120_000);

  test("a draft that gets longer line by line doesn't hide the end", async () => {
    await ana.field.focus();
    for (let line = 1; line <= 6; line++) {
      await ana.page.keyboard.type(`line ${line}`);
      await ana.page.keyboard.press("Shift+Enter");
      await settled(ana.page);
      expect(await toEnd(ana.page)).toBeLessThan(2);
    }
    await ana.field.fill("");
    await settled(ana.page);
    expect(await toEnd(ana.page)).toBeLessThan(2);
  });
});

async function online(url: string, name: string): Promise<Client> {
  const client = createClient({ url });
  await client.login({ name, password });
  await client.connect();
  await client.ready();
  return client;
}

async function writeHistory(url: string): Promise<void> {
  for (const name of ["ana", "ben"]) await createClient({ url }).register({ name, password });
  await using ana = await online(url, "ana");
  await using ben = await online(url, "ben");
  const anas = await ana.direct((await ana.findUser("ben"))?.id ?? "");
  await anas.send({ text: textOf(1) });
  const bens = await ben.direct((await ben.findUser("ana"))?.id ?? "");
  for (let n = 2; n <= messages; n++) await (n % 9 === 0 ? bens : anas).send({ text: textOf(n) });
  await ana.call("room.read", { room: anas.id, seq: messages + 1 });
}

/** Three frames: a change, what it renders, and what was measured then. */
function settled(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
      ),
  );
}

function height(page: Page): Promise<number> {
  return page.locator(".timeline").evaluate((list) => list.scrollHeight);
}

/** Distance of the reader from the end, px. */
function toEnd(page: Page): Promise<number> {
  return page.evaluate(() => {
    const list = document.querySelector(".timeline");
    return list ? list.scrollHeight - list.scrollTop - list.clientHeight : Number.NaN;
  });
}

/** Where each row on the screen stands, by key. */
function tops(page: Page): Promise<Record<string, number>> {
  return page.evaluate(() => {
    const box = document.querySelector(".timeline")?.getBoundingClientRect();
    const found: Record<string, number> = {};
    for (const row of document.querySelectorAll<HTMLElement>(".timeline-rows > li")) {
      const { top, bottom } = row.getBoundingClientRect();
      if (box && bottom > box.top && top < box.bottom) found[row.dataset.key ?? ""] = Math.round(top);
    }
    return found;
  });
}

/** One wheel step: by how much any row on the screen moved otherwise than the wheel says, px. */
async function drift(page: Page, wheel: number): Promise<number> {
  const before = await tops(page);
  await page.mouse.move(700, 400);
  await page.mouse.wheel(0, wheel);
  await settled(page);
  const after = await tops(page);
  const moved = Object.keys(before).flatMap((key) => {
    const to = after[key];
    return to === undefined ? [] : [to - (before[key] ?? 0)];
  });
  if (moved.length === 0) throw new Error("no row is on the screen before and after");
  // At the very top the wheel has less to give; then all rows move by the same.
  const expected =
    moved.every((by) => by === moved[0]) && (moved[0] ?? 0) < -wheel ? (moved[0] ?? 0) : -wheel;
  return Math.max(...moved.map((by) => Math.abs(by - expected)));
}
