import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import type { Call } from "../../../src/operations/operation.ts";
import { granted, join, startNode } from "../../support/node.ts";

const bound = limits.reactionsPerUserMax;

test("one user has so many reactions standing on a post and no more; taking one back makes room", async () => {
  const node = await startNode();
  const { user, session } = await join(node, "ana");
  const call: Call = { caller: { user, session, expiresAt: 0 }, connection: null, address: "192.0.2.1" };
  const ask = (name: string, input: Record<string, unknown>) =>
    node.dispatch(name, { cid: Bun.randomUUIDv7("hex", node.platform.now()), ...input }, call);
  const { room } = granted(await ask("room.create", { name: "Birds" })) as { room: string };
  const { seq } = granted(await ask("room.post", { room, text: "hi" })) as { seq: number };
  const react = async (key: string, on = true) => {
    const result = await ask("room.react", { room, seq, key, on });
    await node.history.caughtUp();
    return result;
  };
  for (let i = 0; i < bound; i++) granted(await react(`key ${i}`));
  expect(await react("one more")).toMatchObject({ error: { code: "limit", field: "key", bound } });
  expect(await react("key 0")).toMatchObject({ ok: { n: 1 } });
  granted(await react("key 0", false));
  granted(await react("one more"));
});
