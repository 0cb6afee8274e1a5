/** People with the real SDK, and waiting for what they see. */

import type { Client } from "../../sdk/api.ts";
import { createClient } from "../../sdk/index.ts";

let made = 0;

/** A registered user, online. */
export async function join(url: string, name: string): Promise<Client> {
  const client = createClient({ url });
  await client.register({ name: `${name}${++made}`, password: "correct horse battery", display: name });
  await client.connect();
  await client.ready();
  return client;
}

export function idOf(client: Client): string {
  if (client.me === null) throw new Error("not signed in");
  return client.me.id;
}

/** Far more than it takes on a busy machine. */
const patienceMs = 30_000;

/** What `look` returns once it returns something; asked again at each frame of the client. */
export function seen<T>(client: Client, what: string, look: () => T | null | false | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const stops: (() => void)[] = [];
    const done = (settle: () => void) => {
      for (const stop of stops) stop();
      settle();
    };
    const check = () => {
      const found = look();
      if (found !== null && found !== undefined && found !== false) done(() => resolve(found));
    };
    const timer = setTimeout(() => done(() => reject(new Error(`never seen: ${what}`))), patienceMs);
    stops.push(() => clearTimeout(timer), client.rooms.subscribe(check));
    // After the frame was taken in, whoever listens first.
    stops.push(
      client.on("frame", () => setImmediate(check)),
      client.on("connection", () => setImmediate(check)),
    );
    check();
  });
}
