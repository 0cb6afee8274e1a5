import { expect, test } from "bun:test";
import type { Call } from "../../../src/operations/operation.ts";
import { ask as askHttp, granted, join, startNode } from "../../support/node.ts";

async function given() {
  const node = await startNode();
  const { user, session, access } = await join(node, "ana");
  const call: Call = { caller: { user, session, expiresAt: 0 }, connection: null, address: "192.0.2.1" };
  const cid = Bun.randomUUIDv7("hex", node.platform.now());
  return { node, cid, access, ask: (op: string, input: object) => node.dispatch(op, input, call) };
}

test("a room that was made has landed, by the cid alone", async () => {
  const { cid, ask } = await given();
  const { seq, n } = granted(await ask("room.create", { cid, name: "Birds" })) as { seq: number; n: number };
  expect(await ask("room.landed", { room: "new", cid })).toMatchObject({ ok: { landed: true, seq, n } });
});

test("a room that wasn't made, once that was said, never will be", async () => {
  const { node, cid, access, ask } = await given();
  const no = { landed: false };
  expect(await ask("room.landed", { room: "new", cid })).toEqual({ ok: no });
  expect(await ask("room.create", { cid, name: "Birds", again: true })).toMatchObject({
    error: { code: "closed" },
  });
  const http = await askHttp(node, "POST", "/v1/rooms/new/landed", { token: access, body: { cid } });
  expect(http).toMatchObject({ status: 200, body: no });
});

test("what is no room's id is refused", async () => {
  const { cid, ask } = await given();
  for (const room of ["newer", "", null]) {
    expect(await ask("room.landed", { room, cid })).toMatchObject({
      error: { code: "invalid", field: "room" },
    });
  }
});

test("`unauthorized` is no outcome: the same cid lands once its sender is signed in again", async () => {
  const { node, cid, ask } = await given();
  const create = { cid, name: "Birds", again: true };
  const stranger: Call = { caller: null, connection: null, address: "192.0.2.1" };
  expect(await node.dispatch("room.create", create, stranger)).toMatchObject({
    error: { code: "unauthorized" },
  });
  expect(await ask("room.create", create)).toMatchObject({ ok: { seq: 1 } });
});
