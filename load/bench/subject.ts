/** What is measured: the real server or the floor, each as its own process, reached in the same words. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../actors/limits.ts";
import { platform } from "../../src/platform.ts";
import { post } from "../kit/http.ts";
import { Server } from "../kit/server.ts";
import { type Person, peopleIn } from "./people.ts";

/** Servers run here, drivers on the other one. */
export const serverCore = 0;
export const driverCore = 1;

/** Processes of one service, whose work is counted together. People come in at the first, where nothing else is said. */
export interface Measured {
  readonly servers: readonly [Server, ...Server[]];
}

export interface Subject extends Measured, AsyncDisposable {
  readonly name: "floor" | "starling";
  server: Server;
  readonly people: readonly Person[];
  /** A room of these people; the first one is its owner. */
  room(members: readonly Person[]): Promise<string>;
  /** The direct room of two people. */
  direct(one: Person, other: Person): Promise<string>;
}

export async function floor(peopleCount: number): Promise<Subject> {
  const server = await Server.start({ data: "", program: "load/bench/floor.ts", core: serverCore });
  const people = Array.from({ length: peopleCount }, () => {
    const id = platform.id();
    return { user: id, token: id };
  });
  return {
    name: "floor",
    server,
    servers: [server],
    people,
    room: async () => platform.id(),
    direct: async () => platform.id(),
    [Symbol.asyncDispose]: () => server.kill(),
  };
}

export interface Starling extends Subject {
  readonly name: "starling";
  /** SIGKILL, then a new process on the same folder. */
  restart(): Promise<void>;
}

export async function starling(peopleCount: number): Promise<Starling> {
  const data = await mkdtemp(join(tmpdir(), "starling-bench-"));
  const people = await peopleIn(data, peopleCount);
  const env = { STARLING_PROXIES: "1" };
  const start = () => Server.start({ data, core: serverCore, env });
  const subject: Starling = {
    name: "starling",
    server: await start(),
    people,
    get servers() {
      return [subject.server] as const;
    },
    room: (members) => openRoom(subject.server.base, members),
    direct: (one, other) => openDirect(subject.server.base, one, other),
    async restart() {
      await subject.server.kill();
      subject.server = await start();
    },
    async [Symbol.asyncDispose]() {
      if (subject.server.running) await subject.server.kill();
      await rm(data, { recursive: true, force: true });
    },
  };
  return subject;
}

/** A room of these people; the first one is its owner. */
export async function openRoom(base: string, members: readonly Person[]): Promise<string> {
  const [owner, ...others] = members;
  if (owner === undefined) throw new Error("a room needs an owner");
  const users = others.map(({ user }) => user);
  const first = { name: "bench", cid: Bun.randomUUIDv7(), members: users.splice(0, limits.addMax) };
  const { room } = (await post(base, "/v1/rooms", first, owner.token)) as { room: string };
  while (users.length > 0) {
    const more = { cid: Bun.randomUUIDv7(), users: users.splice(0, limits.addMax) };
    await post(base, `/v1/rooms/${room}/members`, more, owner.token);
  }
  return room;
}

async function openDirect(base: string, one: Person, other: Person): Promise<string> {
  const { room } = (await post(base, "/v1/rooms/direct", { user: other.user }, one.token)) as {
    room: string;
  };
  const hello = { cid: Bun.randomUUIDv7(), text: "hello", with: other.user };
  await post(base, `/v1/rooms/${room}/messages`, hello, one.token);
  return room;
}
