/** All nats-servers lose their disks: nodes refuse, the doctor says so and rebuilds the log from the documents. */
import { afterAll, describe, expect, test } from "bun:test";
import { MongoClient } from "mongodb";
import { LocalCluster, ready } from "../../load/kit/cluster.ts";
import type { Room } from "../../sdk/api.ts";
import type { MessageDoc, ReceiptDoc } from "../../src/store/mongo/schema.ts";
import { eventually } from "../support/eventually.ts";
import { idOf, join, seen } from "./people.ts";
import { starling } from "./program.ts";

// The one node that writes history can be stopped, so that it is known what the documents lack. Outside of the test: it has a time limit.
const cluster = await LocalCluster.start({ nodes: 2, env: { STARLING_ROLES: "gateway,actors" } });
afterAll(() => cluster?.[Symbol.asyncDispose]());

const texts = (room: Room) =>
  room.timeline.snapshot().flatMap((row) => (row.type === "message" ? [row.message.text] : []));

describe.skipIf(cluster === null)("a cluster whose NATS servers lost their disks", () => {
  test("refuses to start, is rebuilt in place with each lost range named, and its clients go on", async () => {
    if (cluster === null) return;
    const [one, two] = cluster.nodes;
    const reader = await cluster.add({ STARLING_ROLES: "readers" });
    if (one === undefined || two === undefined) throw new Error("no nodes");
    const env = { NATS_URL: cluster.nats.url, MONGODB_URL: cluster.mongo.url() };
    await using client = new MongoClient(cluster.mongo.url());
    const documents = client.db();

    const [ana, bob] = [await join(one.url, "ana"), await join(two.url, "bob")];
    const here = await ana.createGroup({ name: "Birds", members: [idOf(bob)] });
    const there = bob.room(here.id);
    for (let i = 0; i < 5; i++) await here.send({ text: `kept ${i}` });
    const post = { room: here.id, cid: Bun.randomUUIDv7(), text: "counted once" };
    const posted = await ana.call("room.post", post);
    const { seq: head } = posted;
    await eventually("history has written it", async () => {
      const messages = documents.collection<MessageDoc>("messages");
      return (await messages.countDocuments({ "_id.room": here.id })) === head;
    });
    await reader.stop();
    for (let i = 0; i < 3; i++) await here.send({ text: `lost ${i}` });
    await seen(bob, "the last of them", () => texts(there).includes("lost 2"));
    await eventually("it is known that bob has them", async () => {
      const receipts = documents.collection<ReceiptDoc>("receipts");
      return (await receipts.findOne({ _id: { room: here.id, user: idOf(bob) } }))?.delivered === head + 3;
    });

    await Promise.all([one.kill(), two.kill()]);
    await Promise.all(cluster.nats.servers.map((server) => server.kill()));
    for (const server of cluster.nats.servers) server.wipe();
    for (const server of cluster.nats.servers) server.start();
    await cluster.nats.ready();

    const refused = await starling(env, "serve");
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.says).toContain(
      "the log was lost (LOG_0, LOG_1, LOG_2, LOG_3, LOG_4, LOG_5, LOG_6, LOG_7 are missing",
    );
    expect(refused.says).toContain("run `starling doctor`");
    const said = await starling(env, "doctor");
    expect(said).toMatchObject({
      code: 1,
      says: expect.stringContaining("`starling doctor --rebuild` goes on"),
    });

    const rebuilt = await starling(env, "doctor", "--rebuild");
    expect(rebuilt.says).toContain("1 rooms go on from their documents with new epochs");
    expect(rebuilt.says).toContain(`room ${here.id} lost at least seqs ${head + 1} to ${head + 3}\n`);
    expect(rebuilt.code).toBe(0);
    expect(await starling(env, "doctor")).toMatchObject({ code: 0 });
    expect(await starling(env, "doctor", "--rebuild")).toMatchObject({
      code: 0,
      says: expect.stringContaining("nothing to rebuild"),
    });

    const renewed = new Set<string>();
    for (const person of [ana, bob]) {
      person.on("frame", ({ frame }) => {
        if (JSON.stringify(frame).includes('"t":"epoch"')) renewed.add(idOf(person));
      });
    }
    for (const node of [one, two, reader]) await node.start();
    for (const node of [one, two, reader]) await ready(node);
    const { seq } = await here.send({ text: "after" });
    expect(seq).toBe(head + 1);
    await seen(bob, "what comes after", () => texts(there).includes("after"));
    expect(renewed).toEqual(new Set([idOf(ana), idOf(bob)]));
    const { epoch: _, ...same } = posted;
    expect(await ana.call("room.post", post)).toMatchObject(same);
    for (const copy of [here, there]) {
      expect(texts(copy).filter((text) => text.startsWith("lost"))).toEqual([]);
      expect(await copy.verify()).toMatchObject({ ok: true, head: seq });
    }
    await Promise.all([ana.close(), bob.close()]);
  }, 120_000);
});
