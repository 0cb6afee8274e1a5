/** Looking at rooms in mid-run: what was acked must be there at once. */
import { expect } from "bun:test";
import fc from "fast-check";
import { judgePage, judgeReads } from "../judge-reads.ts";
import { roomOf, seqOf } from "../move.ts";
import { unread, versionsOf, type Where } from "../reads.ts";
import { horizon, isMember } from "../sight.ts";
import { errorOf, okOf } from "../wire.ts";
import { command, type Weighted } from "./command.ts";

interface UnreadOnWire {
  seq: number;
  unread: number;
  mentions: number;
}

const place = { who: fc.nat(3), room: fc.nat(9), device: fc.nat(3) };

const history = fc
  .record({
    ...place,
    where: fc.constantFrom("newest", "before", "after", "around"),
    seq: fc.nat(40),
    limit: fc.integer({ min: 1, max: 100 }),
    known: fc.constantFrom("nothing", "the head", "more"),
    http: fc.boolean(),
  })
  .map((args) =>
    command(
      "history",
      args,
      async (model, world, { who, room: n, device, where, seq, limit, known, http }) => {
        const [, room] = roomOf(model, n);
        const asker = await world.device(world.person(who), device);
        if (known === "more" && isMember(room, asker.user)) {
          const input = { room: room.id, limit, known: room.head + 1 };
          return expect(errorOf(await asker.ask("room.history", input))).toBe("unavailable");
        }
        const at = 1 + (seq % (room.head + 3));
        const input: Where = {
          limit,
          ...(where === "newest" ? {} : { [where]: at }),
          ...(known === "the head" ? { known: horizon(room, asker.user) } : {}),
        };
        await judgePage(room, asker, input, http ? world.server : null);
      },
    ),
  );

const versions = fc.record({ ...place, seq: fc.nat(30) }).map((args) =>
  command("versions", args, async (model, world, { who, room: n, device, seq: pick }) => {
    const [, room] = roomOf(model, n);
    const seq = seqOf(room, pick);
    const asker = await world.device(world.person(who), device);
    const result = await asker.ask("room.versions", { room: room.id, seq });
    const expected = versionsOf(room, asker.user, seq);
    if (expected === null) expect(errorOf(result)).toBe("not-found");
    else expect(okOf(result)).toEqual({ versions: expected, more: false });
  }),
);

/** Summaries, badges, members, receipts: asked until the documents have caught up. */
const look = fc.record(place).map((args) =>
  command("look", args, async (model, world, { who, room: n, device }) => {
    const [, room] = roomOf(model, n);
    await world.settle();
    await judgeReads(model, world, room, await world.device(world.person(who), device));
  }),
);

const read = fc.record({ ...place, seq: fc.nat(60), delivered: fc.boolean() }).map((args) =>
  command("read", args, async (model, world, { who, room: n, device, seq: pick, delivered }) => {
    const [key, room] = roomOf(model, n);
    const asker = await world.device(world.person(who), device);
    const { user } = asker;
    // A device says what it has; a cursor above is clamped, and which head it meets is anybody's guess.
    const seq = 1 + (pick % Math.max(1, asker.copies.get(room.id)?.last ?? 0));
    const op = delivered ? "room.delivered" : "room.read";
    const ask = async () => (await world.device(world.person(who), device)).ask(op, { room: room.id, seq });
    if (horizon(room, user) === 0) return expect(errorOf(await ask())).toBe("not-found");
    // What was asked before may still be under way, or lost with the server, and is asked again in the end.
    const least = { delivered: seq, read: delivered ? 0 : seq };
    model.raise(room, user, least);
    world.later(ask, (result) => {
      const now = model.room(key);
      const mark = okOf(result) as { delivered: number; read: number };
      const most = model.mark(now, user);
      expect(mark.delivered).toBeWithin(least.delivered, world.delivered(model, now, user) + 1);
      expect(mark.read).toBeWithin(least.read, most.read + 1);
      if (delivered) return;
      const { seq: asOf, unread: count, mentions } = okOf(result) as unknown as UnreadOnWire;
      // It was counted at some moment since it was asked for.
      const badges = Array.from({ length: now.head - room.head + 1 }, (_, i) =>
        unread(now, user, mark.read, asOf, room.head + i),
      );
      const counts = badges.map(({ seqs, mentions }) => ({ count: seqs.length, mentions: mentions.length }));
      expect(counts).toContainEqual({ count, mentions });
    });
  }),
);

const typing = fc.record(place).map((args) =>
  command("typing", args, async (model, world, { who, room: n, device }) => {
    const [, room] = roomOf(model, n);
    const asker = await world.device(world.person(who), device);
    const result = await asker.ask("room.typing", { room: room.id });
    expect(errorOf(result)).toBe(isMember(room, asker.user) ? null : "not-found");
  }),
);

export const ofReads: Weighted[] = [
  { weight: 15, arbitrary: history },
  { weight: 6, arbitrary: versions },
  { weight: 2, arbitrary: look },
  { weight: 10, arbitrary: read },
  { weight: 4, arbitrary: typing },
];
