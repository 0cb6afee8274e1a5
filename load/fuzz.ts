/**
 * Fires broken input at the real server, over sockets and HTTP, while two people go on talking. Every shot must get a typed
 * error or a close code; the server lives, its memory is flat, and nobody learns anything from an answer.
 *
 *     fuzz [--frames N] [--seed N]
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Chat } from "./fuzz/chat.ts";
import { fireHttp } from "./fuzz/http-gun.ts";
import { growthOf } from "./fuzz/memory.ts";
import { type Known, readOperations } from "./fuzz/operations.ts";
import { type Gunner, SocketGun } from "./fuzz/socket-gun.ts";
import { Tally } from "./fuzz/tally.ts";
import { Chance } from "./kit/chance.ts";
import { flagsOf } from "./kit/flags.ts";
import { post, type Signed } from "./kit/http.ts";
import { residentBytes } from "./kit/proc.ts";
import { run, say, tableOf } from "./kit/report.ts";
import { Server } from "./kit/server.ts";

const gunnersCount = 16;
const overHttp = 0.15;
const samplesCount = 600;

async function fuzz(frames: number, seed: number) {
  const data = await mkdtemp(join(tmpdir(), "starling-fuzz-"));
  const server = await Server.start({ data });
  const { pid } = server;
  try {
    const chat = await Chat.begin(server.base);
    const tally = new Tally();
    const gunners = await recruit(server, chat, tally, seed);
    const talking = chat.talk();
    const samples: number[] = [];
    const began = performance.now();
    const work = gunners.map((gunner) =>
      fireAll(gunner, frames, () => sample(server, tally, frames, samples)),
    );
    await Promise.race([Promise.all(work), server.process.exited]);
    const seconds = (performance.now() - began) / 1000;
    await chat.end(talking);
    const lived = server.running && server.pid === pid;
    if (!lived) server.errors.show("the server died:");
    return report(tally, chat, growthOf(samples), lived, seconds);
  } finally {
    if (server.running) await server.stop();
    await rm(data, { recursive: true, force: true });
  }
}

async function recruit(server: Server, chat: Chat, tally: Tally, seed: number): Promise<Gunner[]> {
  const operations = await readOperations(server.base);
  return Promise.all(
    Array.from({ length: gunnersCount }, async (_, number): Promise<Gunner> => {
      const chance = new Chance(seed * 1_000 + number);
      const known: Known = { rooms: [], users: [] };
      const enlist = async (name: string) => {
        const { signed, room } = await withRoom(server, name);
        // The last ones are somebody else's.
        known.rooms = [room, room, room, chat.room];
        known.users = [signed.user, chat.user];
        return signed;
      };
      let signed = await enlist(`gunner${number}`);
      return {
        port: server.port,
        tally,
        canaries: chat.canaries,
        ground: { operations, known, chance },
        token: async (refused) => {
          // A shot signed it out. It can't log in again: failed logins among the shots have made that slow from here.
          if (refused) signed = await enlist(`gunner${number}_${chance.between(0, 1e9)}`);
          return signed.access;
        },
      };
    }),
  );
}

async function withRoom(server: Server, name: string): Promise<{ signed: Signed; room: string }> {
  const account = { name, password: randomBytes(12).toString("hex"), device: "gun" };
  const signed = (await post(server.base, "/v1/register", account)) as Signed;
  const input = { name: "range", join: "open", cid: Bun.randomUUIDv7() };
  const { room } = (await post(server.base, "/v1/rooms", input, signed.access)) as { room: string };
  return { signed, room };
}

async function fireAll(gunner: Gunner, frames: number, fired: () => void): Promise<void> {
  const gun = new SocketGun(gunner);
  while (gunner.tally.fired < frames) {
    if (gunner.ground.chance.happens(overHttp)) await fireHttp(gunner);
    else await gun.fire();
    fired();
  }
  gun.end();
}

function sample(server: Server, tally: Tally, frames: number, samples: number[]): void {
  if (tally.fired < (samples.length * frames) / samplesCount || !server.running) return;
  samples.push(residentBytes(server.pid));
  if (samples.length % 60 === 0) say(`${tally.fired} of ${frames}, ${tally.faultCount} faults`);
}

function report(
  tally: Tally,
  chat: Chat,
  growth: ReturnType<typeof growthOf>,
  lived: boolean,
  seconds: number,
) {
  const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
  const rows = [...tally.answers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, answers]) => {
      const all = [...answers].sort(([, a], [, b]) => b - a);
      const count = all.reduce((sum, [, n]) => sum + n, 0);
      return [kind, count, all.map(([how, n]) => `${how} ${n}`).join(", ")];
    });
  process.stdout.write(`${tableOf(["shot", "fired", "answers"], rows)}\n`);
  for (const { kind, what, sample } of tally.faults) {
    process.stdout.write(`fault: ${kind}: ${what}: ${JSON.stringify(sample)}\n`);
  }
  for (const failure of chat.failures.slice(0, 10)) process.stdout.write(`the chat: ${failure}\n`);
  return {
    frames: tally.fired,
    seconds: Math.round(seconds),
    faults: tally.faultCount,
    chatPosts: chat.posts,
    chatFailures: chat.failures.length,
    slowestAckMs: Math.round(chat.slowestAckMs),
    memoryFromMb: megabytes(growth.fromBytes),
    memoryToMb: megabytes(growth.toBytes),
    flat: growth.flat,
    lived,
    ok: tally.faultCount === 0 && chat.failures.length === 0 && chat.posts > 0 && growth.flat && lived,
  };
}

await run(async () => {
  const flags = flagsOf(process.argv.slice(2), { values: ["frames", "seed"] });
  return fuzz(flags.number("frames", 200_000), flags.number("seed", 1));
});
