/**
 * Anything in any order, against the real server: whatever people do, it answers, delivers and keeps what a model of
 * docs/protocol.md says. STARLING_MODEL_RUNS (default 30) runs of up to 100 commands. A failure prints its seed and path:
 * STARLING_MODEL_SEED and STARLING_MODEL_PATH play it again, and with STARLING_MODEL_SHRINK=1 it is made small first.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { limits } from "../../actors/limits.ts";
import type { Act } from "./model/act.ts";
import { mintCid } from "./model/cid.ts";
import { ofDevices } from "./model/commands/devices.ts";
import { ofReads } from "./model/commands/reads.ts";
import { flood, toRooms } from "./model/commands/rooms.ts";
import { ofSessions } from "./model/commands/sessions.ts";
import { Crowd } from "./model/crowd.ts";
import { judge } from "./model/judge.ts";
import { Model } from "./model/model.ts";
import { World } from "./model/world.ts";
import { RealServer } from "./server.ts";

const { STARLING_MODEL_RUNS, STARLING_MODEL_SEED, STARLING_MODEL_PATH, STARLING_MODEL_SHRINK } = process.env;
const runs = Number(STARLING_MODEL_RUNS ?? 30);
const commandsMax = 140;
/** On one slow core a run takes about two seconds; what is looked for when it is made small, far longer. */
const runMs = STARLING_MODEL_SHRINK === undefined ? 20_000 : 200_000;

const open = { history: "everyone", join: "open" } as const;

let server: RealServer;
let crowd: Crowd;

beforeAll(async () => {
  server = await RealServer.start();
  crowd = new Crowd(server.url);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** An owner, a moderator and an admin share a group, the fourth is outside; two pairs have a direct room to come. */
async function begin(world: World): Promise<Model> {
  const model = new Model(world.people.map(({ id }) => id));
  const [ana, bob, cyd] = [world.person(0), world.person(1), world.person(2)];
  const device = await world.device(ana);
  const create = mintCid();
  const acts: [string, Act][] = [
    [create, { op: "room.create", name: "Birds", about: "", ...open, members: [bob.id, cyd.id] }],
    [mintCid(), { op: "room.role", user: bob.id, role: "moderator" }],
    [mintCid(), { op: "room.role", user: cyd.id, role: "admin" }],
  ];
  for (const [cid, act] of acts) {
    const sent = { act, by: ana.id, room: `group ${ana.id} ${create}`, cid, again: false, ahead: false };
    await world.perform(model, [{ sent, device, http: false }]);
  }
  await world.meet(model, ana, bob);
  await world.meet(model, bob, cyd);
  return model;
}

test(
  "replies, copies, pages and counts are what the model says, whatever happens",
  async () => {
    const steps = fc.oneof(...toRooms, ...ofDevices, ...ofReads, ...ofSessions);
    const property = fc.asyncProperty(
      // Without bias the first runs aren't the shortest ones.
      fc.noBias(fc.commands([steps], { maxCommands: commandsMax, size: "max" })),
      async (commands) => {
        await using world = await World.open(server, crowd);
        const model = await begin(world);
        await fc.asyncModelRun(() => ({ model, real: world }), commands);
        await judge(model, world);
      },
    );
    await fc.assert(property, {
      numRuns: runs,
      endOnFailure: STARLING_MODEL_SHRINK === undefined,
      ...(STARLING_MODEL_SEED === undefined ? {} : { seed: Number(STARLING_MODEL_SEED) }),
      ...(STARLING_MODEL_PATH === undefined ? {} : { path: STARLING_MODEL_PATH }),
    });
  },
  runs * runMs,
);

test("who comes back too far behind is told of the hole, and can fill it", async () => {
  await using world = await World.open(server, crowd);
  const model = await begin(world);
  const [ana, bob] = [world.person(0), world.person(1)];
  const device = await world.device(ana);
  const away = await world.device(bob);
  const [room] = model.rooms.keys();
  if (room === undefined) throw new Error("there is no room");
  const before = model.room(room).head;
  await away.wire?.until("the room", () => [...away.copies.values()].some(({ last }) => last === before));
  await away.drop();
  for (let behind = 0; behind <= limits.resumeEventsMax; behind += limits.pageMax) {
    const posts = Array.from({ length: limits.pageMax }, (_, i) => {
      const act = { op: "room.post", text: `message ${behind + i}` } as const;
      const sent = { act, by: ana.id, room, cid: mintCid(), again: false, ahead: false };
      return { sent, device, http: false };
    });
    await flood(model, world, posts);
  }
  await away.connect();
  expect([...away.copies.values()].map(({ holes }) => holes)).toEqual([
    [[before + 1, model.room(room).head - limits.newestPage]],
  ]);
  await judge(model, world);
}, 60_000);
