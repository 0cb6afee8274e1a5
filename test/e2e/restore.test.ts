import { expect, test } from "bun:test";
import { copyFile, readdir, rm } from "node:fs/promises";
import { backup } from "../../src/store/sqlite/backup.ts";
import { idOf, join, seen } from "./people.ts";
import { RealServer } from "./server.ts";

/** The server's folder becomes what the backup was; whoever holds its address meets the restored one. */
async function restore(server: RealServer, from: string): Promise<void> {
  await server.kill();
  for (const name of await readdir(server.data)) {
    if (name.startsWith("starling.db")) await rm(`${server.data}/${name}`);
  }
  await copyFile(`${from}/starling.db`, `${server.data}/starling.db`);
  await server.start();
}

test("clients that saw more than the backup holds drop it, and agree with the restored server", async () => {
  await using server = await RealServer.start();
  const ana = await join(server.url, "ana");
  const bob = await join(server.url, "bob");
  const room = await ana.createGroup({ name: "Birds", members: [idOf(bob)] });
  await room.send({ text: "kept" });
  const target = `${server.data}/backup`;
  backup(server.data, target, 1);
  await room.send({ text: "lost one" });
  await room.send({ text: "lost two" });
  const there = bob.room(room.id);
  const texts = () =>
    there.timeline.snapshot().flatMap((row) => (row.type === "message" ? [row.message.text] : []));
  await seen(bob, "what will be lost", () => texts().includes("lost two"));

  await restore(server, target);
  await seen(bob, "the copy dropped", () => texts().join() === "kept");
  await room.send({ text: "anew" });
  await seen(bob, "what comes after", () => texts().join() === "kept,anew");
  expect(await room.verify()).toMatchObject({ ok: true, head: 3 });
  expect(await there.verify()).toMatchObject({ ok: true, head: 3 });
  await ana.close();
  await bob.close();
}, 60_000);
