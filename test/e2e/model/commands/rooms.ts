/** Commands to rooms: alone, together, again, and while the server dies. */
import fc from "fast-check";
import type { Act, Sent } from "../act.ts";
import { mintCid } from "../cid.ts";
import type { Model, Reply } from "../model.ts";
import { anyMove, type Move, made, roomOf } from "../move.ts";
import type { Carried, World } from "../world.ts";
import { command, type Weighted } from "./command.ts";

const one = anyMove.map((move) =>
  command("do", move, async (model, world) => world.perform(model, [await made(world, model, move)])),
);

/**
 * Two or three at once, `same`: all in the first one's room. `twin`: the first one's cid comes a second time meanwhile, from
 * another device: the same command, the same said to be sent before, or another body.
 */
const race = fc
  .record({
    moves: fc.array(anyMove, { minLength: 1, maxLength: 2 }),
    same: fc.boolean(),
    twin: fc.constantFrom("none", "same", "again", "other"),
  })
  .map((args) =>
    command("race", args, async (model, world, { moves, same, twin }) => {
      const place = moves[0]?.room ?? 0;
      const carried = await all(world, model, same ? moves.map((move) => ({ ...move, room: place })) : moves);
      const first = (carried[0] as Carried).sent;
      if (twin !== "none") {
        const device = await world.device(world.byId(first.by), 1);
        const act = twin === "other" ? otherBody(first.act) : first.act;
        const again = twin === "again";
        carried.push({ sent: { ...first, act, again }, device, http: false });
      }
      await world.perform(model, carried);
    }),
  );

/** A room that isn't made yet has no id to post to. */
function otherBody(act: Act): Act {
  return act.op === "room.create" ? { ...act, name: "another" } : { op: "room.post", text: "another body" };
}

/** An earlier command once more, on any device of its sender. */
const retry = fc
  .record({ n: fc.nat(20), again: fc.boolean(), device: fc.nat(3), http: fc.boolean() })
  .map((args) =>
    command("retry", args, async (model, world, { n, again, device, http }) => {
      const sent = earlier(model, n);
      if (sent === null) return;
      await world.perform(model, [await carry(world, { ...sent, again }, device, http)]);
    }),
  );

/** An earlier cid with another body, or in another room. */
const reuse = fc.record({ n: fc.nat(20), move: anyMove }).map((args) =>
  command("reuse", args, async (model, world, { n, move }) => {
    const before = earlier(model, n);
    if (before === null) return;
    const carried = await made(world, model, move);
    const { act, room, again } = carried.sent;
    const { by, cid, ahead } = before;
    const sent = { act, by, cid, again, ahead, room: act.op === "room.create" ? `group ${by} ${cid}` : room };
    await world.perform(model, [await carry(world, sent, move.device, move.http)]);
  }),
);

/** "Did it land?", about an earlier command or one that never was. */
const landed = fc
  .record({ n: fc.nat(30), who: fc.nat(3), room: fc.nat(9), device: fc.nat(3), http: fc.boolean() })
  .map((args) =>
    command("landed", args, async (model, world, { n, who, room, device, http }) => {
      const before = earlier(model, n);
      const asked: Sent = before ?? {
        act: { op: "room.landed" },
        by: world.person(who).id,
        room: roomOf(model, room)[0],
        cid: mintCid(),
        again: false,
        ahead: false,
      };
      // Whoever doesn't know the room's id can't ask.
      if (model.room(asked.room).id === "") return;
      await world.perform(model, [
        await carry(world, { ...asked, act: { op: "room.landed" } }, device, http),
      ]);
    }),
  );

/** Many posts over one socket without waiting. They come in any order, but each once, and side by side. */
const burst = fc.record({ move: anyMove, count: fc.integer({ min: 5, max: 40 }) }).map((args) =>
  command("burst", args, async (model, world, { move, count }) => {
    const carried: Carried[] = [];
    for (let i = 0; i < count; i++) {
      const text = `burst ${i}`;
      const each = await made(world, model, {
        ...move,
        op: "room.post",
        cid: "now",
        again: false,
        http: false,
      });
      const act = each.sent.act.op === "room.post" ? { ...each.sent.act, text } : each.sent.act;
      carried.push({ ...each, sent: { ...each.sent, act } });
    }
    await flood(model, world, carried);
  }),
);

/** All at once, and no order is promised: the model takes them in the order in which they landed. */
export async function flood(model: Model, world: World, carried: readonly Carried[]): Promise<void> {
  const replies = await Promise.all(carried.map((each) => world.send(model, each)));
  const pairs = carried.map(({ sent }, i) => ({ sent, reply: replies[i] as Reply }));
  const seqOfReply = ({ answer }: Reply) => ("ok" in answer ? answer.ok.seq : 0);
  pairs.sort((a, b) => seqOfReply(a.reply) - seqOfReply(b.reply));
  for (const { sent, reply } of pairs) model.explain([sent], [reply]);
}

const crash = fc
  .record({
    moves: fc.array(anyMove, { minLength: 1, maxLength: 4 }),
    after: fc.nat(3),
    how: fc.constantFrom("kill" as const, "kill" as const, "stop" as const),
  })
  .map((args) =>
    command("crash", args, async (model, world, { moves, after, how }) => {
      const carried = await all(world, model, moves);
      await world.restart(model, carried, { after: Math.min(after, carried.length), how });
    }),
  );

async function all(world: World, model: Model, moves: readonly Move[]): Promise<Carried[]> {
  const carried: Carried[] = [];
  for (const move of moves) carried.push(await made(world, model, move));
  return carried;
}

/** The n-th command before this one. */
function earlier(model: Model, n: number): Sent | null {
  return model.sent.at(-1 - n) ?? null;
}

async function carry(world: World, sent: Sent, device: number, http: boolean): Promise<Carried> {
  return { sent, device: await world.device(world.byId(sent.by), device), http };
}

export const toRooms: Weighted[] = [
  { weight: 140, arbitrary: one },
  { weight: 35, arbitrary: race },
  { weight: 8, arbitrary: retry },
  { weight: 8, arbitrary: reuse },
  { weight: 8, arbitrary: landed },
  { weight: 3, arbitrary: burst },
  { weight: 1, arbitrary: crash },
];
