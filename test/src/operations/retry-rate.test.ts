import { expect, test } from "bun:test";
import type { Call } from "../../../src/operations/operation.ts";
import { defaultRates } from "../../../src/operations/rate.ts";
import { granted, join, startNode } from "../../support/node.ts";

const burst = defaultRates.retry?.burst ?? 0;

async function world() {
  const node = await startNode({ rates: defaultRates });
  const callOf = async (name: string, connection: string | null): Promise<Call> => {
    const { user, session } = await join(node, name);
    return { caller: { user, session, expiresAt: 0 }, connection, address: "192.0.2.1" };
  };
  const ask = (name: string, input: Record<string, unknown>, call: Call) =>
    node.dispatch(name, { cid: Bun.randomUUIDv7("hex", node.platform.now()), ...input }, call);
  const owner = await callOf("owner", null);
  const { room } = granted(await ask("room.create", { name: "Birds" }, owner)) as { room: string };
  /** Codes of as many answers as there are, in order. */
  const times = async (count: number, send: () => Promise<{ ok: unknown } | { error: { code: string } }>) => {
    const codes: string[] = [];
    for (let i = 0; i < count; i++) {
      const result = await send();
      codes.push("ok" in result ? "ok" : result.error.code);
    }
    return codes;
  };
  return { node, callOf, ask, owner, room, times };
}

test("a stranger's refused retries leave so many records at once and one a second, however they ask", async () => {
  const { node, callOf, ask, room, times } = await world();
  const stranger = await callOf("stranger", null);
  const retry = () => ask("room.post", { room, text: "hi", again: true }, stranger);
  const landed = () => ask("room.landed", { room }, stranger);
  expect(await times(burst, retry)).toEqual(Array(burst).fill("not-found"));
  expect(await retry()).toMatchObject({ error: { code: "rate-limited", retryAfterMs: 1_000 } });
  expect(await landed()).toMatchObject({ error: { code: "rate-limited" } });
  node.platform.advance(1_000);
  expect(await times(2, landed)).toEqual(["ok", "rate-limited"]);
});

test("first tries have nothing to do with the budget of retries", async () => {
  const { ask, owner, room, times } = await world();
  const retries = await times(burst + 1, () => ask("room.post", { room, text: "hi", again: true }, owner));
  expect(retries.at(-1)).toBe("rate-limited");
  expect(await ask("room.post", { room, text: "hi" }, owner)).toMatchObject({ ok: { n: 1 } });
});

test("in a room that is live on the connection, retries are writes like others", async () => {
  const { node, ask, owner, room, times } = await world();
  node.services.live.seqOf = (connection, live) => (connection === "c" && live === room ? 1 : null);
  const there = { ...owner, connection: "c" };
  const codes = await times(burst + 2, () => ask("room.post", { room, text: "hi", again: true }, there));
  expect(codes).toEqual(Array(burst + 2).fill("ok"));
});
