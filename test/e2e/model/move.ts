/** What fast-check picks: small numbers, made into a command by what is there when it runs. */
import fc from "fast-check";
import { type Role, roles } from "../../../actors/room/model.ts";
import type { Act, Sent } from "./act.ts";
import { cast } from "./cast.ts";
import { mintCid } from "./cid.ts";
import type { Model } from "./model.ts";
import type { ModelRoom } from "./room.ts";
import type { Carried, World } from "./world.ts";

export interface Move {
  op: Act["op"];
  who: number;
  /** Below 7: the first room. */
  room: number;
  whom: number;
  seq: number;
  word: number;
  yes: boolean;
  /** By somebody who may, to somebody to whom it can be done, if there are such. */
  able: boolean;
  role: Role;
  /** When the cid was minted. */
  cid: "now" | "old" | "soon" | "ahead";
  again: boolean;
  device: number;
  http: boolean;
}

/** Texts that look like what the server searches frames for, and ones that are hard to carry. */
const words = [
  "hello",
  '"kind":"deleted"',
  '{"kind":"removed","user":"x"}\n]}',
  'a quote " and a backslash \\',
  "\u2028 ends a line in old JavaScript",
  "🦜 emoji 👩‍👩‍👧‍👦",
  '","target":1,"kind":"left"',
  "é, ü, 漢字",
];

const op = fc.oneof(
  ...(
    [
      [14, "room.post"],
      [5, "room.edit"],
      [4, "room.delete"],
      [5, "room.react"],
      [3, "room.join"],
      [3, "room.leave"],
      [7, "room.add"],
      [5, "room.remove"],
      [2, "room.ban"],
      [2, "room.unban"],
      [7, "room.role"],
      [1, "room.transfer"],
      [1, "room.rename"],
      [1, "room.describe"],
      [4, "room.setHistory"],
      [3, "room.setAccess"],
      [2, "room.create"],
      [1, "room.landed"],
    ] as const
  ).map(([weight, name]) => ({ weight, arbitrary: fc.constant(name) })),
);

const chance = (weight: number) =>
  fc.oneof({ weight, arbitrary: fc.constant(true) }, { weight: 100 - weight, arbitrary: fc.constant(false) });

export const anyMove: fc.Arbitrary<Move> = fc.record({
  op,
  who: fc.nat(3),
  room: fc.nat(9),
  whom: fc.nat(8),
  seq: fc.nat(30),
  word: fc.nat(words.length - 1),
  yes: fc.boolean(),
  able: chance(85),
  role: fc.constantFrom(...roles, "moderator", "admin"),
  cid: fc.oneof(
    { weight: 90, arbitrary: fc.constant("now" as const) },
    { weight: 5, arbitrary: fc.constant("old" as const) },
    { weight: 4, arbitrary: fc.constant("soon" as const) },
    { weight: 1, arbitrary: fc.constant("ahead" as const) },
  ),
  again: chance(20),
  device: fc.nat(3),
  http: chance(15),
});

const aheadMs = { now: 0, old: -24 * 3_600_000, soon: 30_000, ahead: 120_000 };

/** The command, and the device that sends it. */
export async function made(world: World, model: Model, move: Move): Promise<Carried> {
  const [key, room] = roomOf(model, move.room);
  const { who, whom } = cast(room, model.people, { ...move, target: seqOf(room, move.seq) });
  const act = actOf(world, room, { ...move, user: whom, by: who });
  const cid = mintCid(aheadMs[move.cid]);
  const { again, http } = move;
  const sent: Sent = {
    act,
    by: who,
    room: act.op === "room.create" ? `group ${who} ${cid}` : key,
    cid,
    again,
    ahead: move.cid === "ahead",
  };
  return { sent, device: await world.device(world.byId(who), move.device), http };
}

export function roomOf(model: Model, n: number): [key: string, room: ModelRoom] {
  const rooms = model.existing();
  const place = n < 7 ? 0 : 1 + ((n - 7) % Math.max(1, rooms.length - 1));
  return rooms[place] ?? (rooms[0] as [string, ModelRoom]);
}

/** Mostly a post; sometimes any seq, even one above the head. */
export function seqOf(room: ModelRoom, n: number): number {
  const posts = room.upTo().filter(({ kind }) => kind === "posted");
  return n < 24 && posts.length > 0
    ? (posts.at(-1 - (n % posts.length))?.seq ?? 1)
    : 1 + (n % (room.head + 2));
}

function actOf(world: World, room: ModelRoom, move: Move & { user: string; by: string }): Act {
  const { op, by, user, whom, word, yes, role } = move;
  const seq = seqOf(room, move.seq);
  const text = `${words[word]} ${move.seq}`;
  const mentions = whom % 3 === 0 ? { mentions: [user, by] } : {};
  switch (op) {
    case "room.create": {
      const members = world.people.filter((_, i) => ((move.seq >> i) & 1) === 1).map(({ id }) => id);
      const history = yes ? "everyone" : "joined";
      return {
        op,
        name: `group ${word}`,
        about: "",
        history,
        join: whom % 2 === 0 ? "open" : "closed",
        members,
      };
    }
    case "room.post": {
      const peer = room.pair?.find((one) => one !== by);
      const wanted = room.pair !== null ? peer : whom === 7 && word === 0 ? user : undefined;
      const re = move.seq % 4 === 0 && room.head > 0 ? { re: seq } : {};
      // Once the room exists, the other's name may be left out.
      const first = wanted !== undefined && (room.head === 0 || yes) ? { with: wanted } : {};
      return { op, text, ...re, ...mentions, ...first };
    }
    case "room.edit":
      return { op, seq, text, ...mentions };
    case "room.delete":
      return { op, seq };
    case "room.react":
      return { op, seq, key: word % 2 === 0 ? "👍" : "🦜", on: move.who !== 0 || yes };
    case "room.join":
    case "room.leave":
    case "room.landed":
      return { op };
    case "room.add":
      return { op, users: whom % 4 === 0 ? [user, world.person(whom + 1).id, user] : [user] };
    case "room.remove":
    case "room.ban":
    case "room.unban":
    case "room.transfer":
      return { op, user };
    case "room.role":
      return { op, user, role };
    case "room.rename":
      return { op, name: `name ${word}` };
    case "room.describe":
      return { op, about: `about ${words[word]}` };
    case "room.setHistory":
      return { op, history: yes ? "joined" : "everyone" };
    case "room.setAccess":
      return { op, join: yes ? "closed" : "open" };
  }
}
