import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import type { Tokens } from "../../../src/auth/sessions.ts";
import type { Call } from "../../../src/operations/operation.ts";
import { granted, join, startNode } from "../../support/node.ts";

const bound = limits.roomsPerUserMax;

/** An open group of ana's; bob has as many rooms as one may have. */
async function world() {
  const node = await startNode();
  const [ana, bob] = [await join(node, "ana"), await join(node, "bob")];
  const cid = () => Bun.randomUUIDv7("hex", node.platform.now());
  const as = ({ user, session }: Tokens, name: string, input: Record<string, unknown>) => {
    const call: Call = { caller: { user, session, expiresAt: 0 }, connection: null, address: "192.0.2.1" };
    return node.dispatch(name, { cid: cid(), ...input }, call);
  };
  const made = await as(ana, "room.create", { name: "Birds", join: "open" });
  const { room } = granted(made) as { room: string };
  const enter = {
    t: "membership",
    user: bob.user,
    seq: 1,
    role: "member",
    banned: false,
    interval: "open",
  } as const;
  const rooms = Array.from({ length: bound }, (_, i) => ({ ...enter, room: `room ${i}` }));
  const fill = () => node.services.store.projection.apply(rooms);
  /** Bob's comings and goings so far, as documents. */
  const turn = async (turns: number) => {
    await node.history.caughtUp();
    const turned = Array.from({ length: turns }, (_, i) => ({
      ...enter,
      room,
      seq: 2 + i,
      ...(i % 2 === 0 ? {} : ({ role: null, interval: "close" } as const)),
    }));
    await node.services.store.projection.apply(turned);
  };
  const direct = node.services.auth.ids.directRoomId(ana.user, bob.user);
  return { node, ana, bob, as, room, fill, turn, cid, direct };
}

test("whoever has as many rooms as one may have comes into no other, whichever way", async () => {
  const { ana, bob, as, room, fill, direct } = await world();
  await fill();
  const users = [bob.user];
  const full = (field?: string) => ({
    error: { code: "limit", bound, ...(field !== undefined && { field }) },
  });
  expect(await as(bob, "room.join", { room })).toMatchObject(full());
  expect(await as(bob, "room.create", { name: "One more" })).toMatchObject(full());
  expect(await as(ana, "room.add", { room, users })).toMatchObject(full("users"));
  expect(await as(ana, "room.create", { name: "Two", members: users })).toMatchObject(full("members"));
  const first = { room: direct, text: "hi" };
  expect(await as(ana, "room.post", { ...first, with: bob.user })).toMatchObject(full("with"));
  expect(await as(bob, "room.post", { ...first, with: ana.user })).toMatchObject(full());
});

test("a retry of what landed before the cap was reached gets its outcome", async () => {
  const { bob, as, room, fill, cid } = await world();
  const command = { room, cid: cid() };
  const landed = await as(bob, "room.join", command);
  await fill();
  expect(await as(bob, "room.join", { ...command, again: true })).toEqual(landed);
});

test("the cap doesn't touch the rooms that one has", async () => {
  const { ana, bob, as, direct, fill } = await world();
  granted(await as(ana, "room.post", { room: direct, text: "hi", with: bob.user }));
  await fill();
  const answer = { room: direct, text: "hello", with: ana.user };
  expect(await as(bob, "room.post", answer)).toMatchObject({ ok: { n: 1 } });
});

test("whoever came and went a thousand times doesn't come again, whichever way", async () => {
  const { ana, bob, as, room, turn } = await world();
  const often = { error: { code: "limit", bound: limits.intervalsMax } };
  await turn(2 * limits.intervalsMax);
  expect(await as(bob, "room.join", { room })).toMatchObject(often);
  expect(await as(ana, "room.add", { room, users: [bob.user] })).toMatchObject(often);
});

test("the history rule is changed a thousand times and no more", async () => {
  const { ana, as, room, node } = await world();
  const change = { history: "joined" };
  granted(await as(ana, "room.setHistory", { room, ...change }));
  await node.history.caughtUp();
  const rules = Array.from({ length: limits.rulesMax }, (_, i) => ({
    from: 3 + i,
    history: "joined" as const,
  }));
  await node.services.store.projection.apply([{ t: "room", room, seq: 2, at: 0, ord: 0, change: { rules } }]);
  expect(await as(ana, "room.setHistory", { room, history: "everyone" })).toMatchObject({
    error: { code: "limit", bound: limits.rulesMax },
  });
});
