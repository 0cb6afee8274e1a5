/** Anything in any order, against the real server: whatever people do, it does what the model says. */
import { afterAll, beforeAll, test } from "bun:test";
import fc from "fast-check";
import { mintCid } from "./model/cid.ts";
import { ofDevices } from "./model/commands/devices.ts";
import { ofReads } from "./model/commands/reads.ts";
import { toRooms } from "./model/commands/rooms.ts";
import { ofSessions } from "./model/commands/sessions.ts";
import { judge } from "./model/judge.ts";
import { Model } from "./model/model.ts";
import { World } from "./model/world.ts";
import { RealServer } from "./server.ts";

const env = process.env;
const runs = Number(env.STARLING_MODEL_RUNS ?? 30);
const replay = {
  ...(env.STARLING_MODEL_SEED === undefined ? {} : { seed: Number(env.STARLING_MODEL_SEED) }),
  ...(env.STARLING_MODEL_PATH === undefined ? {} : { path: env.STARLING_MODEL_PATH }),
};

let server: RealServer;

beforeAll(async () => {
  server = await RealServer.start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Four people, of whom three share a group; two pairs have a direct room to come. */
async function begin(world: World): Promise<Model> {
  const model = new Model(world.people.map(({ id }) => id));
  const [ana, bob, cyd] = [world.person(0), world.person(1), world.person(2)];
  const cid = mintCid();
  await world.perform(model, [
    {
      sent: {
        act: {
          op: "room.create",
          name: "Birds",
          about: "",
          history: "everyone",
          join: "closed",
          members: [bob.id, cyd.id],
        },
        by: ana.id,
        room: `group ${ana.id} ${cid}`,
        cid,
        again: false,
        ahead: false,
      },
      device: await world.device(ana),
      http: false,
    },
  ]);
  await world.meet(model, ana, bob);
  await world.meet(model, bob, cyd);
  return model;
}

test("whatever happens in whatever order, replies and copies are what the model says", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.noBias(
        fc.commands([fc.oneof(...toRooms, ...ofDevices, ...ofReads, ...ofSessions)], {
          maxCommands: 120,
          size: "max",
        }),
      ),
      async (commands) => {
        const t0 = performance.now();
        await using world = await World.open(server);
        const model = await begin(world);
        const t1 = performance.now();
        await fc.asyncModelRun(() => ({ model, real: world }), commands);
        const t2 = performance.now();
        await judge(model, world);
        console.log(Math.round(t1 - t0), Math.round(t2 - t1), Math.round(performance.now() - t2));
      },
    ),
    { numRuns: runs, ...replay, endOnFailure: env.STARLING_MODEL_SHRINK === undefined },
  );
}, 600_000);
