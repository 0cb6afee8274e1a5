/** Giving up a command that waits. */
import { expect, test } from "bun:test";
import type { Client } from "../../sdk/api.ts";
import { epoch, posted, start } from "./entries.ts";
import type { FakeServer } from "./fake-server.ts";
import { online, type Setting, settled } from "./harness.ts";

const inRoom = (): Promise<Setting> =>
  online(({ server }) => {
    server.room("R", [posted(1, "ana", "one")]);
  });
const cidOf = (server: FakeServer): string => String(server.link.ops("room.post")[0]?.in?.cid);
const statuses = (client: Client) =>
  client
    .room("R")
    .timeline.snapshot()
    .flatMap((row) => (row.type === "message" ? [`${row.message.text} ${row.message.status}`] : []));
const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error.code);

test("what was never sent just goes", async () => {
  const { client, server, storage } = await inRoom();
  server.link.hangUp(1006);
  const sent = outcome(client.room("R").send({ text: "two" }));
  await settled();
  await client.outbox.discard(client.outbox.list()[0]?.cid ?? "");
  expect(await sent).toBe("closed");
  expect(await storage.keys("outbox:")).toEqual([]);
});

test("what may have been sent goes only when the server has closed its cid", async () => {
  const { client, server, storage } = await inRoom();
  server.on("room.post", () => "silence");
  server.on("room.landed", () => ({ error: { code: "unavailable", retryable: true } }));
  const sent = outcome(client.room("R").send({ text: "two" }));
  await settled();
  expect(await outcome(client.outbox.discard(cidOf(server)))).toBe("unavailable");
  expect(statuses(client)).toEqual(["one stored", "two sending"]);
  server.on("room.landed", () => ({ ok: { landed: false } }));
  await client.outbox.discard(cidOf(server));
  expect(server.link.ops("room.landed")[0]?.in).toEqual({ room: "R", cid: cidOf(server) });
  expect(await sent).toBe("closed");
  expect(client.outbox.list()).toEqual([]);
  expect(await storage.keys("outbox:")).toEqual([]);
});

test("a room that may have been made is asked for by its cid", async () => {
  const { client, server } = await inRoom();
  server.on("room.create", () => "silence");
  server.on("room.landed", () => ({ ok: { landed: false } }));
  const made = outcome(client.createGroup({ name: "Birds" }));
  await settled();
  const [queued] = client.outbox.list();
  await client.outbox.discard(queued?.cid ?? "");
  expect(server.link.ops("room.landed")[0]?.in).toEqual({ room: "new", cid: queued?.cid });
  expect(await made).toBe("closed");
  expect(client.outbox.list()).toEqual([]);
});

test("what has landed meanwhile stands", async () => {
  const { client, server } = await inRoom();
  server.on("room.post", () => "silence");
  const sent = client.room("R").send({ text: "two" });
  await settled();
  server.on("room.landed", () => ({ ok: { landed: true, seq: 2, n: 1, at: start, epoch } }));
  await client.outbox.discard(cidOf(server));
  expect(statuses(client)).toEqual(["one stored", "two sending"]);
  server.push("R", { seq: 2, at: start + 2, cid: cidOf(server) });
  expect(await sent).toMatchObject({ seq: 2 });
  expect(statuses(client)).toEqual(["one stored", "two stored"]);
});
