import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import type { Call } from "../../../src/operations/operation.ts";
import { edited } from "../../contract/writes.ts";
import { granted, join, startNode } from "../../support/node.ts";

const bound = limits.editsMax;

test("a post is edited so often and no more, its retries get their outcomes, and others learn nothing of it", async () => {
  const node = await startNode();
  const [ana, bob] = [await join(node, "ana"), await join(node, "bob")];
  const cid = () => Bun.randomUUIDv7("hex", node.platform.now());
  const as = ({ user, session }: typeof ana, name: string, input: Record<string, unknown>) => {
    const call: Call = { caller: { user, session, expiresAt: 0 }, connection: null, address: "192.0.2.1" };
    return node.dispatch(name, { cid: cid(), ...input }, call);
  };
  const { room } = granted(await as(ana, "room.create", { name: "Birds", members: [bob.user] })) as {
    room: string;
  };
  const { seq } = granted(await as(ana, "room.post", { room, text: "hi" })) as { seq: number };
  const last = { room, seq, text: "last", cid: cid() };
  const landed = await as(ana, "room.edit", last);
  await node.history.caughtUp();
  const edits = Array.from({ length: bound - 1 }, (_, i) => edited(1_000 + i, ana.user, seq, "again")).flat();
  await node.services.store.projection.apply(edits.map((write) => ({ ...write, room })));
  expect(await as(ana, "room.edit", { room, seq, text: "one more" })).toMatchObject({
    error: { code: "limit", field: "seq", bound },
  });
  expect(await as(ana, "room.edit", { ...last, again: true })).toEqual(landed);
  expect(await as(bob, "room.edit", { room, seq, text: "mine" })).toMatchObject({
    error: { code: "forbidden" },
  });
});
