/** A client on a simulated clock, and the scripted server that it talks to. */
import type { Client, Storage } from "../../sdk/api.ts";
import { createClient } from "../../sdk/index.ts";
import type { ClientPlatform } from "../../sdk/platform.ts";
import { memoryStorage } from "../../sdk/storage.ts";
import { start } from "./entries.ts";
import { FakeServer } from "./fake-server.ts";

/** Everything that is ready to run has run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export class SimPlatform implements ClientPlatform {
  time = start;
  /** What random() answers: 0 is the shortest wait, close to 1 the longest. */
  chance = 0.5;
  #timers: { at: number; task: () => void }[] = [];
  #bytes = 0;

  now(): number {
    return this.time;
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.time + ms, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  random(): number {
    return this.chance;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#bytes++ % 256);
  }

  get waiting(): number {
    return this.#timers.length;
  }

  /** Moves the clock on, timer by timer, and lets what they start come to rest. */
  async advance(ms: number): Promise<void> {
    const until = this.time + ms;
    await settled();
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.time = Math.max(this.time, next.at);
      next.task();
      await settled();
    }
    this.time = until;
  }
}

export interface Setting {
  platform: SimPlatform;
  server: FakeServer;
  storage: Storage;
  client: Client;
}

/** A client that has logged in and not connected yet. */
export async function signedIn(
  prepare: (setting: Omit<Setting, "client">) => void = () => {},
): Promise<Setting> {
  const platform = new SimPlatform();
  const setting = { platform, server: new FakeServer(platform), storage: memoryStorage() };
  prepare(setting);
  const client = clientOf(setting);
  await client.login({ name: "me", password: "long enough" });
  return { ...setting, client };
}

export function clientOf({ platform, server, storage }: Omit<Setting, "client">): Client {
  const { transport, fetch } = server;
  return createClient({ url: "http://chat.test", platform, transport, fetch, storage, tab: "T" });
}

/** A client that is online. */
export async function online(prepare?: (setting: Omit<Setting, "client">) => void): Promise<Setting> {
  const setting = await signedIn(prepare);
  await setting.client.connect();
  await settled();
  if (setting.client.connection !== "online") throw new Error(`not online: ${setting.client.connection}`);
  return setting;
}
