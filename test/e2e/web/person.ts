/** Somebody at a browser of their own, as the page is used. */
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";

export const password = "correct horse battery";

export class Person {
  readonly name: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors that the page threw or logged. */
  readonly faults: string[] = [];

  private constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name;
    this.context = context;
    this.page = page;
    this.#watch(page);
  }

  static async register(
    browser: Browser,
    url: string,
    name: string,
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    const person = await Person.#at(browser, url, name, options);
    await person.page.getByRole("button", { name: "Create an account" }).click();
    await person.#enter("Create account");
    return person;
  }

  /** Somebody who has an account already. */
  static async signIn(
    browser: Browser,
    url: string,
    name: string,
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    const person = await Person.#at(browser, url, name, options);
    await person.#enter("Sign in");
    return person;
  }

  static async #at(
    browser: Browser,
    url: string,
    name: string,
    options: BrowserContextOptions,
  ): Promise<Person> {
    const context = await browser.newContext({ reducedMotion: "reduce", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(url);
    return new Person(name, context, page);
  }

  async #enter(button: string): Promise<void> {
    await this.page.getByLabel("Name", { exact: true }).fill(this.name);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
    await this.page.getByRole("button", { name: button }).click();
    await this.page.getByRole("navigation", { name: "Conversations" }).waitFor();
  }

  /** Another tab of the same session. */
  async tab(): Promise<Page> {
    const page = await this.context.newPage();
    page.setDefaultTimeout(15_000);
    this.#watch(page);
    await page.goto(this.page.url());
    return page;
  }

  async openDirect(name: string): Promise<void> {
    await this.page.getByRole("button", { name: "New conversation" }).first().click();
    await this.page.getByLabel("Their name").fill(name);
    await this.page.getByRole("button", { name: "Start", exact: true }).click();
    await this.#inRoom(name);
  }

  async makeGroup(title: string, members: readonly string[]): Promise<void> {
    const dialog = this.page.getByRole("dialog");
    await this.page.getByRole("button", { name: "New conversation" }).first().click();
    await dialog.getByRole("button", { name: "A group" }).click();
    await dialog.getByLabel("Name of the group").fill(title);
    for (const member of members) {
      await dialog.getByLabel("Add by name").fill(member);
      await dialog.getByRole("button", { name: "Add", exact: true }).click();
      await dialog.getByRole("button", { name: `Take ${member} off the list` }).waitFor();
    }
    await dialog.getByRole("button", { name: "Make the group" }).click();
    await this.#inRoom(title);
  }

  async open(title: string): Promise<void> {
    await this.row(title).click();
    await this.#inRoom(title);
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press("Enter");
  }

  /** Says yes to what the page asks before something that can't be taken back. */
  async confirm(action: string): Promise<void> {
    await this.page.getByRole("dialog").getByRole("button", { name: action, exact: true }).click();
  }

  get field(): Locator {
    return this.page.getByLabel(/^Message to/);
  }

  row(title: string): Locator {
    return this.page.getByRole("navigation").getByRole("link", { name: title });
  }

  message(text: string): Locator {
    return this.page.getByRole("article").filter({ hasText: text });
  }

  /** Waits until a message of one's own has this tick. */
  async tick(text: string, says: "sent" | "delivered" | "read"): Promise<void> {
    await this.message(text).getByTitle(says, { exact: true }).waitFor();
  }

  /** The texts on the screen, in order. */
  async texts(): Promise<string[]> {
    return this.page.locator(".message-text").allTextContents();
  }

  /** Another room's field may have been there before. */
  async #inRoom(title: string): Promise<void> {
    await this.page.getByRole("main").getByRole("heading", { name: title, level: 2 }).waitFor();
    await this.field.waitFor();
  }

  #watch(page: Page): void {
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("console", (line) => {
      // Chromium logs each failed connection by itself: those are the tests' own doing.
      if (line.type() === "error" && !/ERR_|WebSocket connection/.test(line.text()))
        this.faults.push(line.text());
    });
  }
}
