/** Moving an installation, by the program itself, under clients that hold copies of it. */

import { describe, expect, test } from "bun:test";
import type { Client } from "../../sdk/api.ts";
import { setBrokers, withoutBrokers } from "../support/brokers.ts";
import { idOf, join, seen } from "./people.ts";
import { starling } from "./program.ts";
import { RealServer } from "./server.ts";

/** Two people with a room that has seen everything: posts, edits, reactions, deletions. */
async function talk(url: string) {
  const [ana, bob] = [await join(url, "ana"), await join(url, "bob")];
  const room = await ana.createGroup({ name: "Birds", members: [idOf(bob)] });
  const { seq } = await room.send({ text: "before" });
  await room.react(seq, "👍", true);
  await room.edit(seq, "before, edited");
  await room.remove((await room.send({ text: "regretted" })).seq);
  const post = { room: room.id, cid: Bun.randomUUIDv7(), text: "counted once" };
  const posted = await ana.call("room.post", post);
  const there = bob.room(room.id);
  const texts = () =>
    there.timeline.snapshot().flatMap((row) => (row.type === "message" ? [row.message.text] : []));
  await seen(bob, "the last message", () => texts().includes("counted once"));
  const renewed: unknown[] = [];
  for (const client of [ana, bob]) {
    client.on("frame", ({ frame }) => {
      if (JSON.stringify(frame).includes('"t":"epoch"')) renewed.push(frame);
    });
  }
  return {
    clients: [ana, bob] as const,

    /** After a move: old copies verify, what was sent before is known, and the talk goes on. */
    async goesOn(text: string): Promise<void> {
      const { seq: last } = await room.send({ text });
      await seen(bob, "what comes after", () => texts().includes(text));
      expect(renewed).toEqual([]);
      expect(await ana.call("room.post", post)).toEqual(posted);
      const other = ana.call("room.post", { ...post, text: "another" });
      await expect(other).rejects.toMatchObject({ code: "conflict" });
      for (const copy of [room, there]) {
        expect(await copy.verify()).toMatchObject({ ok: true, head: last, tombstones: 1 });
      }
    },
  };
}

const close = (clients: readonly Client[]) => Promise.all(clients.map((client) => client.close()));

test("a final move keeps seqs, epochs and sessions; the source is closed", async () => {
  await using server = await RealServer.start();
  const { clients, goesOn } = await talk(server.url);
  await server.stop();
  const source = { STARLING_DATA: server.data };
  const target = { STARLING_DATA: `${server.data}/target` };
  const file = `${server.data}/chat.starling`;
  expect(await starling(source, "export", file, "--final")).toMatchObject({ code: 0 });
  const refused = await starling(source, "serve");
  expect(refused.code).toBe(1);
  expect(refused.says).toContain("this installation was closed by `starling export --final`");
  const imported = await starling(target, "import", file);
  expect(imported.says).toContain("2 accounts, 1 rooms");
  expect(imported.code).toBe(0);

  // The clients' address is that of the new place from now on.
  server.env = target;
  await server.start();
  await goesOn("after");
  await close(clients);
}, 60_000);

test("a running server's data is not exported, nor is an installation filled twice", async () => {
  await using server = await RealServer.start();
  const ana = await join(server.url, "ana");
  await ana.createGroup({ name: "Birds" });
  const source = { STARLING_DATA: server.data };
  const file = `${server.data}/chat.starling`;
  const busy = await starling(source, "export", file);
  expect(busy).toMatchObject({ code: 1, says: expect.stringContaining("in use by another process") });
  await ana.close();
  await server.stop();
  expect(await starling(source, "export", file)).toMatchObject({ code: 0 });
  expect(await starling(source, "import", file)).toMatchObject({
    code: 1,
    says: expect.stringContaining("the target isn't empty"),
  });
  expect(await starling({ STARLING_DATA: `${server.data}/absent` }, "export", `${file}.2`)).toMatchObject({
    code: 1,
    says: expect.stringContaining("holds no starling.db"),
  });
}, 60_000);

describe.skipIf(withoutBrokers)("between one folder and a cluster", () => {
  const brokers = setBrokers();

  test("an installation moves to the cluster and back, and its clients notice nothing but a pause", async () => {
    await using server = await RealServer.start();
    const { clients, goesOn } = await talk(server.url);
    await server.stop();
    const folder = { STARLING_DATA: server.data };
    const cluster = { NATS_URL: brokers.nats.url, MONGODB_URL: brokers.mongo.url("moved") };
    const back = { STARLING_DATA: `${server.data}/back` };
    const file = (name: string) => `${server.data}/${name}.starling`;

    expect(await starling(folder, "export", file("there"), "--final")).toMatchObject({ code: 0 });
    const there = await starling(cluster, "import", file("there"));
    expect(there.says).toContain("2 accounts, 1 rooms");
    server.env = cluster;
    await server.start();
    await goesOn("in the cluster");

    expect(await starling(cluster, "export", file("back"), "--final")).toMatchObject({
      code: 1,
      says: expect.stringContaining("nodes of this cluster are running"),
    });
    await server.stop();
    expect(await starling(cluster, "export", file("back"), "--final")).toMatchObject({ code: 0 });
    expect(await starling(cluster, "serve")).toMatchObject({
      code: 1,
      says: expect.stringContaining("was closed"),
    });
    expect(await starling(back, "import", file("back"))).toMatchObject({ code: 0 });
    server.env = back;
    await server.start();
    await goesOn("back again");
    await close(clients);
  }, 120_000);
});
