/** Moving an installation, by the program itself, under clients that hold copies of it. */
import { expect, test } from "bun:test";
import { resolve } from "node:path";
import { idOf, join, seen } from "./people.ts";
import { RealServer } from "./server.ts";

const cli = resolve(import.meta.dir, "../../src/cli/cli.ts");

/** `starling …` on a data folder: its exit code and all that it said. */
async function starling(data: string, ...args: string[]): Promise<{ code: number; says: string }> {
  const child = Bun.spawn([process.execPath, cli, ...args], {
    env: { ...process.env, STARLING_DATA: data, HOST: "127.0.0.1", PORT: "0" },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, says: out + err };
}

test("a final move keeps seqs, epochs and sessions: old copies verify, and a command sent before is known", async () => {
  await using source = await RealServer.start();
  const ana = await join(source.url, "ana");
  const bob = await join(source.url, "bob");
  const room = await ana.createGroup({ name: "Birds", members: [idOf(bob)] });
  const { seq } = await room.send({ text: "before" });
  await room.react(seq, "👍", true);
  await room.edit(seq, "before, edited");
  const gone = await room.send({ text: "regretted" });
  await room.remove(gone.seq);
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
  await source.stop();

  const file = `${source.data}/chat.starling`;
  expect(await starling(source.data, "export", file, "--final")).toMatchObject({ code: 0 });
  const refused = await starling(source.data, "serve");
  expect(refused.code).toBe(1);
  expect(refused.says).toContain("this installation was closed by `starling export --final`");

  // The clients' address is that of the new place from now on.
  const target = `${source.data}/target`;
  const imported = await starling(target, "import", file);
  expect(imported.says).toContain("2 accounts, 1 rooms");
  expect(imported.code).toBe(0);
  source.data = target;
  await source.start();
  const { seq: last } = await room.send({ text: "after" });
  await seen(bob, "what comes after", () => texts().includes("after"));
  expect(renewed).toEqual([]);
  expect(await ana.call("room.post", post)).toEqual(posted);
  await expect(ana.call("room.post", { ...post, text: "another" })).rejects.toMatchObject({
    code: "conflict",
  });
  for (const copy of [room, there]) {
    expect(await copy.verify()).toMatchObject({ ok: true, head: last, tombstones: 1 });
  }
  await ana.close();
  await bob.close();
}, 60_000);

test("a running server's data is not exported, nor is an installation filled twice", async () => {
  await using source = await RealServer.start();
  const ana = await join(source.url, "ana");
  await ana.createGroup({ name: "Birds" });
  const file = `${source.data}/chat.starling`;
  const busy = await starling(source.data, "export", file);
  expect(busy).toMatchObject({ code: 1, says: expect.stringContaining("in use by another process") });
  await ana.close();
  await source.stop();
  expect(await starling(source.data, "export", file)).toMatchObject({ code: 0 });
  expect(await starling(source.data, "import", file)).toMatchObject({
    code: 1,
    says: expect.stringContaining("the target isn't empty"),
  });
  expect(await starling(`${source.data}/absent`, "export", `${file}.2`)).toMatchObject({
    code: 1,
    says: expect.stringContaining("holds no starling.db"),
  });
}, 60_000);
