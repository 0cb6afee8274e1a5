/**
 * Accounts for thousands of sockets, written into a data folder before its server starts: by the real code of accounts and
 * sessions, but with a hash that costs nothing (the default costs 0.1 s of CPU each, which isn't what is measured here).
 */

import type { Store } from "../../actors/ports.ts";
import { createAuth } from "../../src/auth/auth.ts";
import type { Tokens } from "../../src/auth/sessions.ts";
import { MemoryBus } from "../../src/bus/memory.ts";
import { platform } from "../../src/platform.ts";
import { openEmbedded } from "../../src/store/sqlite/open.ts";

export interface Person {
  user: string;
  /** Access token; it lives for limits.accessMs. */
  token: string;
}

/** Registrations under way at once: they share commits, and limits.hashesWaitingMax isn't reached. */
const atOnce = 50;

export async function peopleIn(data: string, count: number): Promise<Person[]> {
  await using embedded = await openEmbedded({ dir: data, fatal: fail });
  const people = await registered(embedded.store, count);
  return people.map(({ user, access }) => ({ user, token: access }));
}

/** Into whichever store a server has or will have. */
export async function registered(store: Store, count: number): Promise<Tokens[]> {
  const bus = new MemoryBus(platform);
  const auth = await createAuth({ store, bus, platform, argon: { memoryCost: 8, timeCost: 1 } });
  const people: Tokens[] = [];
  while (people.length < count) {
    const numbers = Array.from(
      { length: Math.min(atOnce, count - people.length) },
      (_, i) => people.length + i,
    );
    people.push(
      ...(await Promise.all(
        numbers.map(async (number) => {
          const name = `person${number}`;
          const result = await auth.register({
            name,
            password: `${name}-password`,
            device: "bench",
            label: "",
          });
          if ("error" in result) throw new Error(`register: ${result.error.code}`);
          return result.ok;
        }),
      )),
    );
  }
  return people;
}

function fail(reason: string): never {
  throw new Error(reason);
}
