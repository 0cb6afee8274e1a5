import { expect, test } from "bun:test";
import type { Caller } from "../../../src/operations/operation.ts";
import { settle } from "../../support/live.ts";
import { granted, join, startNode } from "../../support/node.ts";

async function given() {
  const node = await startNode();
  const ana = await join(node, "ana");
  const bo = await join(node, "bo");
  const caller: Caller = { user: ana.user, session: ana.session, expiresAt: Number.MAX_SAFE_INTEGER };
  const cid = () => Bun.randomUUIDv7("hex", node.platform.now());
  const send = async (op: string, input: object) =>
    granted(
      (await node.dispatch(op, { cid: cid(), ...input }, { caller, connection: null, address: "" })) as never,
    ) as { room: string };
  const { room } = await send("room.create", { name: "x" });
  await settle();
  const { messages, memberships } = node.services.store;
  return { node, bo, room, send, messages, memberships };
}

test("posts wait for a common bulk", async () => {
  const { node, room, send, messages } = await given();
  await send("room.post", { room, text: "one" });
  await settle();
  expect(await messages.range(room, 2, 2, 1)).toEqual([]);
  node.platform.advance(1_000);
  await settle();
  expect(await messages.range(room, 2, 2, 1)).toHaveLength(1);
});

test("a change of members doesn't wait, nor what was posted before it", async () => {
  const { bo, room, send, messages, memberships } = await given();
  await send("room.post", { room, text: "one" });
  await send("room.add", { room, users: [bo.user] });
  await settle();
  expect(await memberships.of(room, [bo.user])).toMatchObject([{ role: "member" }]);
  expect(await messages.range(room, 2, 2, 1)).toHaveLength(1);
});
