/** NATS' disks are exchanged under nodes that run: they write nothing to the new streams, and say why. */
import { afterAll, describe, expect, test } from "bun:test";
import { MongoClient } from "mongodb";
import { seriesOf } from "../../load/chaos/meter.ts";
import { type ClusterNode, LocalCluster, ready } from "../../load/kit/cluster.ts";
import { type JetStream, openJetStream } from "../../src/log/jetstream/open.ts";
import { streamCount } from "../../src/log/jetstream/subjects.ts";
import { platform } from "../../src/platform.ts";
import type { CheckpointDoc } from "../../src/store/mongo/schema.ts";
import { draft } from "../contract/log.contract.ts";
import { eventually } from "../support/eventually.ts";
import { idOf, join, seen } from "./people.ts";
import { starling } from "./program.ts";

// Outside of the test: it has a time limit.
const cluster = await LocalCluster.start({ nodes: 2, nats: 1 });
afterAll(() => cluster?.[Symbol.asyncDispose]());

const streams = Array.from({ length: streamCount }, (_, stream) => stream);

async function readyz({ url }: ClusterNode): Promise<string> {
  return await (await fetch(`${url}/readyz`)).text();
}

/** Why a node that runs gives no room anything more. */
function says(node: ClusterNode, what: string): Promise<true> {
  return eventually(`it says that ${what}`, async () =>
    (await readyz(node)).startsWith(
      `the log was lost (LOG_0, LOG_1, LOG_2, LOG_3, LOG_4, LOG_5, LOG_6, LOG_7 ${what}`,
    ),
  );
}

async function streamEnds(url: string): Promise<number[]> {
  await using jetstream = await openJetStream({ url, platform });
  return await lastOf(jetstream);
}

const lastOf = ({ state }: JetStream) =>
  Promise.all(streams.map(async (stream) => (await state(stream)).last));

describe.skipIf(cluster === null)("nodes whose log is exchanged while they run", () => {
  test("take nothing more, project nothing of it, say why once, and go on after a rebuild", async () => {
    if (cluster === null) return;
    const { nodes, nats } = cluster;
    const [one, two] = nodes;
    const [server] = nats.servers;
    if (one === undefined || two === undefined || server === undefined) throw new Error("no nodes");
    await using client = new MongoClient(cluster.mongo.url());
    const documents = client.db();
    const checkpoints = () => documents.collection<CheckpointDoc>("checkpoints").find().toArray();
    const [ana, bob] = [await join(one.url, "ana"), await join(two.url, "bob")];
    const here = await ana.createGroup({ name: "Birds", members: [idOf(bob)] });
    const { seq: head } = await here.send({ text: "before" });
    const ends = await streamEnds(nats.url);
    await eventually("history has written it, and how far it is", async () => {
      const found = await checkpoints();
      return found.length === streamCount && found.every(({ _id, position }) => position === ends[_id]);
    });
    const projected = await checkpoints();

    await server.kill();
    server.wipe();
    server.start();
    await nats.ready();
    for (const node of nodes) await says(node, "are missing, though documents were made from them)");

    // As an operator might who means well, or a program that knows of no anchors.
    await using stranger = await openJetStream({ url: nats.url, platform });
    for (const node of nodes) await says(node, "were deleted and made anew)");
    const foreign = await stranger.log.append(here.id, 0, draft(here.id, head + 1));
    const before = await lastOf(stranger);
    const post = { room: here.id, cid: Bun.randomUUIDv7(), text: "nowhere" };
    const refused = await ana.call("room.post", post).catch(({ code }: { code?: string }) => code);
    expect(["unavailable", "unknown"]).toContain(refused as string);
    expect(await lastOf(stranger)).toEqual(before);
    expect(foreign).toBe(1);
    expect(await checkpoints()).toEqual(projected);
    for (const node of nodes) {
      const told = node.server.errors
        .text()
        .split("\n")
        .filter((line) => line.includes('"msg":"log lost"'));
      expect(told).toHaveLength(2 * streamCount);
      const metrics = await (await fetch(`${node.url}/metrics`)).text();
      expect(seriesOf(metrics).get("starling_log_lost_streams")).toBe(streamCount);
    }

    await Promise.all(nodes.map((node) => node.stop()));
    const env = { NATS_URL: nats.url, MONGODB_URL: cluster.mongo.url() };
    expect(await starling(env, "doctor", "--rebuild")).toMatchObject({ code: 0 });
    for (const node of nodes) await node.start();
    for (const node of nodes) await ready(node);
    expect(await here.send({ text: "after" })).toMatchObject({ seq: head + 1 });
    const there = bob.room(here.id);
    await seen(bob, "what comes after", () =>
      there.timeline.snapshot().some((row) => row.type === "message" && row.message.text === "after"),
    );
    expect(await there.verify()).toMatchObject({ ok: true, head: head + 1 });
    await Promise.all([ana.close(), bob.close()]);
  }, 120_000);
});
