/** Somebody who posts by the clock through the SDK, whatever happens to servers: as an app would, and with an app's patience. */
import type { Client, Room } from "../../../sdk/api.ts";
import { createClient } from "../../../sdk/index.ts";
import { freshSession } from "../../replay/cast.ts";
import { pageRoom } from "../../replay/judge.ts";
import { textOf } from "../texts.ts";

export interface Ack {
  /** When it was to be sent. */
  due: number;
  at: number;
}

const password = "correct horse battery staple";
const onlineMs = 60_000;
/** Of everybody's first ones: SDKs keep trying for ever, a bench doesn't. */
const answeredMs = 60_000;
const pollMs = 20;

export class Talker {
  readonly name: string;
  readonly client: Client;
  readonly acks: Ack[] = [];
  /** How late each message left. */
  readonly slipsMs: number[] = [];
  readonly failures: string[] = [];
  #room: Room | null = null;
  #sent = 0;
  #open = 0;
  #timer: Timer | null = null;

  private constructor(name: string, client: Client) {
    this.name = name;
    this.client = client;
  }

  /** Signed up and online. @param url where it comes in, for life */
  static async start(name: string, url: string): Promise<Talker> {
    const client = createClient({ url });
    await client.register({ name, password });
    await client.connect();
    await client.ready(onlineMs);
    return new Talker(name, client);
  }

  /** In a room of its own, which somebody else hears too. */
  async open(listener: Talker): Promise<void> {
    const members = listener.client.me === null ? [] : [listener.client.me.id];
    this.#room = await this.client.createGroup({ name: this.name, members });
  }

  get room(): Room {
    if (this.#room === null) throw new Error(`${this.name} has no room`);
    return this.#room;
  }

  begin(everyMs: number): void {
    const began = performance.now();
    let due = began;
    const post = () => {
      for (const now = performance.now(); due <= now; due += everyMs) {
        this.slipsMs.push(now - due);
        void this.#post(due);
      }
      this.#timer = setTimeout(post, Math.max(0, due - performance.now()));
    };
    post();
  }

  /** Resolves when everything that was begun has ended. */
  async end(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const end = performance.now() + answeredMs; this.#open > 0; await Bun.sleep(pollMs)) {
      if (performance.now() < end) continue;
      this.failures.push(`${this.#open} messages without an answer`);
      return;
    }
  }

  /** Everything is there once, in order, for a fresh reader and for the one who listened. */
  async faults(base: string, listener: Talker): Promise<string[]> {
    const me = { login: this.name, display: this.name, password };
    const { access } = await freshSession(base, me, "reader");
    const { events } = await pageRoom(base, this.room.id, access);
    const said = events.filter(({ kind }) => kind === "posted").map(({ text }) => text);
    const wanted = Array.from({ length: this.#sent }, (_, number) => textOf(this.name, number));
    const faults = this.failures.map((failure) => `${this.name}: ${failure}`);
    if (said.length !== wanted.length || said.some((text, i) => text !== wanted[i])) {
      faults.push(
        `${this.name}: ${said.length} messages are there, ${wanted.length} were sent, or in another order`,
      );
    }
    const heard = await listener.client
      .room(this.room.id)
      .verify()
      .catch(() => null);
    if (heard?.ok !== true) faults.push(`${listener.name} can't prove that it has all of ${this.name}`);
    return faults;
  }

  async #post(due: number): Promise<void> {
    const text = textOf(this.name, this.#sent++);
    this.#open++;
    try {
      await this.room.send({ text });
      this.acks.push({ due, at: performance.now() });
    } catch (error) {
      this.failures.push(error instanceof Error ? error.message : String(error));
    } finally {
      this.#open--;
    }
  }
}

/** So many, each with a room that the next one listens to. @param urlOf where the i-th comes in */
export async function gather(count: number, urlOf: (i: number) => string): Promise<Talker[]> {
  const talkers: Talker[] = [];
  // One after the other in small groups: a server hashes few passwords at a time.
  for (let first = 0; first < count; first += 6) {
    const numbers = Array.from({ length: Math.min(6, count - first) }, (_, i) => first + i);
    talkers.push(...(await Promise.all(numbers.map((i) => Talker.start(`talker${i}`, urlOf(i))))));
  }
  await Promise.all(talkers.map((talker, i) => talker.open(after(talkers, i))));
  return talkers;
}

/** Who listens to the i-th. */
export function after(talkers: readonly Talker[], i: number): Talker {
  const next = talkers[(i + 1) % talkers.length];
  if (next === undefined) throw new Error("nobody is there");
  return next;
}

/** What went wrong with anybody, once all have ended. */
export async function faultsOf(talkers: readonly Talker[], base: string): Promise<string[]> {
  await Promise.all(talkers.map((talker) => talker.end()));
  await Promise.all(talkers.map(({ client }) => client.ready(onlineMs)));
  const found = await Promise.all(talkers.map((talker, i) => talker.faults(base, after(talkers, i))));
  return found.flat();
}
