/** A real server and a browser, there for one group of tests. */
import { afterAll, beforeAll } from "bun:test";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { RealServer } from "../server.ts";
import { launch } from "./browser.ts";
import { Person } from "./person.ts";

export interface Stage {
  readonly server: RealServer;
  readonly browser: Browser;
  register(name: string, options?: BrowserContextOptions): Promise<Person>;
  /** Somebody who has an account already. */
  signIn(name: string, options?: BrowserContextOptions): Promise<Person>;
  /** Ana wrote this to Ben, and both look at it. */
  pair(text: string): Promise<[Person, Person]>;
}

/** Call it in a `describe`, before its own `beforeAll`. */
export function setStage(): Stage {
  let server: RealServer | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    [server, browser] = await Promise.all([RealServer.start(), launch()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });
  const stage: Stage = {
    get server() {
      if (server === undefined) throw new Error("the server has not been started");
      return server;
    },
    get browser() {
      if (browser === undefined) throw new Error("the browser has not been started");
      return browser;
    },
    register: (name, options) => Person.register(stage.browser, stage.server.url, name, options),
    signIn: (name, options) => Person.signIn(stage.browser, stage.server.url, name, options),
    async pair(text) {
      const [ana, ben] = await Promise.all([stage.register("ana"), stage.register("ben")]);
      await ana.openDirect("ben");
      await ana.say(text);
      await ben.open("ana");
      return [ana, ben];
    },
  };
  return stage;
}
