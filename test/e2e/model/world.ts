/** The real thing: a server process, four people on it, and what is still under way. */
import type { RealServer } from "../server.ts";
import { inputOf, type Sent } from "./act.ts";
import type { Crowd } from "./crowd.ts";
import type { Device } from "./device.ts";
import { call } from "./http.ts";
import type { Model, Reply } from "./model.ts";
import type { Person } from "./person.ts";
import { ModelRoom } from "./room.ts";
import { Lost, type Result } from "./wire.ts";

/** How a command travels. Over HTTP there is no connection that would get a stub. */
export interface Carried {
  sent: Sent;
  device: Device;
  http: boolean;
}

export class World implements AsyncDisposable {
  readonly server: RealServer;
  readonly people: Person[];
  /** By cid: the connections that a command was sent over; null: HTTP. */
  readonly origins = new Map<string, Set<string | null>>();
  readonly #waiting: (() => Promise<void>)[] = [];

  private constructor(server: RealServer, people: Person[]) {
    this.server = server;
    this.people = people;
  }

  static async open(server: RealServer, crowd: Crowd): Promise<World> {
    const world = new World(server, await crowd.take());
    await Promise.all(world.devices().map((device) => device.connect()));
    return world;
  }

  person(n: number): Person {
    return this.people[n % this.people.length] as Person;
  }

  byId(id: string): Person {
    return this.people.find((person) => person.id === id) as Person;
  }

  /** Up to where a user's watermark may have come: what they said, and the cursors that they came back with. */
  delivered(model: Model, room: ModelRoom, user: string): number {
    return Math.max(model.mark(room, user).delivered, this.byId(user).named(room));
  }

  devices(): Device[] {
    return this.people.flatMap(({ devices }) => devices);
  }

  retired(): Device[] {
    return this.people.flatMap(({ retired }) => retired);
  }

  /** Something whose answer waits for a bulk write: asked now, checked when the world settles, asked again if lost. */
  later(ask: () => Promise<Result>, check: (result: Result) => void): void {
    const first = ask().catch((error: unknown) => error as Error);
    this.#waiting.push(async () => {
      let result = await first;
      if (result instanceof Lost) result = await ask();
      if (result instanceof Error) throw result;
      check(result);
    });
  }

  async settle(): Promise<void> {
    for (const settle of this.#waiting.splice(0)) await settle();
  }

  /** A connected device of this person. */
  async device(person: Person, n = 0): Promise<Device> {
    const online = person.devices.filter((device) => device.online);
    const found = online[n % Math.max(1, online.length)] ?? person.devices[0] ?? person.tab();
    if (!found.online) await found.connect();
    return found;
  }

  /** Direct rooms have an id before they exist. */
  async meet(model: Model, a: Person, b: Person): Promise<string> {
    const key = `direct ${[a.id, b.id].sort().join(" ")}`;
    if (model.rooms.has(key)) return key;
    const [one, other] = await Promise.all(
      [
        [a, b],
        [b, a],
      ].map(async ([from, to]) => {
        const result = await (await this.device(from as Person)).ask("room.direct", {
          user: (to as Person).id,
        });
        return "ok" in result ? String(result.ok.room) : result.error.code;
      }),
    );
    if (one === undefined || one !== other) throw new Error(`a pair has two rooms: ${one} and ${other}`);
    const room = new ModelRoom([a.id, b.id]);
    room.id = one;
    model.rooms.set(key, room);
    return key;
  }

  /** Sends one command and waits for its reply. @throws Lost when nobody knows */
  async send(model: Model, { sent, device, http }: Carried): Promise<Reply> {
    const id = model.room(sent.room).id;
    const over = this.origins.get(sent.cid) ?? new Set();
    this.origins.set(sent.cid, over.add(http ? null : (device.wire?.welcome?.connection ?? null)));
    const input = inputOf(sent, id);
    const result = http
      ? await call(this.server.url, device.token, sent.act.op, input)
      : await device.ask(sent.act.op, input);
    return replyOf(result);
  }

  /** All at once; the model must find an order that explains what came back. */
  async perform(model: Model, together: readonly Carried[]): Promise<void> {
    const replies = await Promise.all(together.map((carried) => this.send(model, carried)));
    model.explain(
      together.map(({ sent }) => sent),
      replies,
    );
  }

  /** The server ends (kill -9 or SIGTERM) once `after` of these commands were answered; then everybody comes back. */
  async restart(
    model: Model,
    together: readonly Carried[],
    { after, how }: { after: number; how: "kill" | "stop" },
  ): Promise<void> {
    const replies = new Map<number, Reply>();
    let answered = () => {};
    const enough = new Promise<void>((resolve) => {
      answered = () => replies.size >= after && resolve();
    });
    const ends = together.map(async (carried, i) => {
      try {
        replies.set(i, await this.send(model, carried));
        answered();
      } catch (error) {
        // Over HTTP a killed server shows as a failed fetch.
        if (!(error instanceof Lost) && !carried.http) throw error;
      }
    });
    const online = this.devices().filter((device) => device.online);
    answered();
    await enough;
    if (how === "kill") await this.server.kill();
    else if ((await this.server.stop()) !== 0) throw new Error("the server didn't end well");
    await Promise.all(ends);
    await Promise.all(online.map((device) => device.wire?.closed));
    await this.server.start();
    await Promise.all(online.map((device) => device.connect()));
    const repeated = await Promise.all(
      together.map(async (carried, i) => {
        const reply = replies.get(i);
        if (reply !== undefined) return { sent: carried.sent, reply };
        const lost = carried.sent;
        const sent = { ...lost, again: true };
        return { sent, reply: { ...(await this.send(model, { ...carried, sent })), lost } };
      }),
    );
    model.explain(
      repeated.map(({ sent }) => sent),
      repeated.map(({ reply }) => reply),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.devices().map((device) => device.drop()));
  }
}

interface DoneOnWire {
  seq: number;
  n: number;
  at: number;
  epoch: string;
  room?: string;
  landed?: boolean;
}

function replyOf(result: Result): Reply {
  if ("error" in result) return { answer: { error: result.error.code } };
  const { seq, n, at, epoch, room, landed } = result.ok as unknown as DoneOnWire;
  if (landed === false) return { answer: { landed } };
  return { answer: { ok: { seq, n } }, at, epoch, ...(room === undefined ? {} : { room }) };
}
