/** All nats-servers lose their disks: nodes refuse, the doctor says so and rebuilds the log from the documents. */
import { afterAll, describe, expect, test } from "bun:test";
import { MongoClient } from "mongodb";
import { LocalCluster, ready } from "../../load/kit/cluster.ts";
import type { Client, Room } from "../../sdk/api.ts";
import type { MessageDoc, ReceiptDoc } from "../../src/store/mongo/schema.ts";
import { errorOf } from "../contract/error-of.ts";
import { eventually } from "../support/eventually.ts";
import { idOf, join, seen } from "./people.ts";
import { starling } from "./program.ts";

// The one node that writes history can be stopped, so that it is known what the documents lack. Outside of the test: it has a time limit.
const cluster = await LocalCluster.start({ env: { STARLING_ROLES: "gateway,actors" } });
afterAll(() => cluster?.[Symbol.asyncDispose]());

/** What somebody said, and where it stands. */
type Said = [seq: number | null, text: string];

const shownIn = (room: Room): Said[] =>
  room.timeline
    .snapshot()
    .flatMap((row): Said[] => (row.type === "message" ? [[row.message.seq, row.message.text]] : []));

const shows = (room: Room, text: string) => shownIn(room).some(([, said]) => said === text);

/** The same, by the node that this person speaks to. */
async function heldOf(person: Client, room: string): Promise<Said[]> {
  const { entries } = await person.call("room.history", { room, after: 0, limit: 100 });
  const events = entries as unknown as { seq: number; kind?: string; text: string }[];
  return events.flatMap(({ seq, kind, text }): Said[] => (kind === "posted" ? [[seq, text]] : []));
}

/** Rooms whose epoch this person is told to be another one, from here on. */
function renewals(person: Client): Set<string> {
  const rooms = new Set<string>();
  person.on("frame", ({ frame }) => {
    const { t, room } = frame as { t?: string; room?: string };
    if (t === "epoch" && room !== undefined) rooms.add(room);
  });
  return rooms;
}

const rangesIn = (says: string) =>
  [...says.matchAll(/^room (\S+) lost at least seqs (\d+) to (\d+)$/gm)].map(([, room, from, to]) => ({
    room,
    from: Number(from),
    to: Number(to),
  }));

describe.skipIf(cluster === null)("a cluster whose NATS servers lost their disks", () => {
  test("refuses to start, is rebuilt in place with each lost range named, and its clients go on", async () => {
    if (cluster === null) return;
    const reader = await cluster.add({ STARLING_ROLES: "readers" });
    const nodes = [...cluster.nodes, reader];
    const env = { NATS_URL: cluster.nats.url, MONGODB_URL: cluster.mongo.url() };
    await using client = new MongoClient(cluster.mongo.url());
    const documents = client.db();

    const [one, two, three] = cluster.nodes.map(({ url }) => url);
    const ana = await join(one ?? "", "ana");
    const others = [await join(two ?? "", "bob"), await join(three ?? "", "cyd")];
    const people = [ana, ...others];
    const group = async (name: string) => (await ana.createGroup({ name, members: others.map(idOf) })).id;
    const acked: { room: string; said: [seq: number, text: string] }[] = [];
    const epochs = new Map<string, string>();
    async function post(room: string, text: string, cid: string = Bun.randomUUIDv7()): Promise<number> {
      const { seq, epoch } = await ana.call("room.post", { room, cid, text });
      acked.push({ room, said: [seq, text] });
      epochs.set(room, epoch);
      return seq;
    }

    // One room loses its end, one nothing, one everything.
    const [birds, fish] = [await group("Birds"), await group("Fish")];
    const cid = Bun.randomUUIDv7();
    const first = await post(birds, "counted once", cid);
    for (let i = 0; i < 5; i++) for (const room of [birds, fish]) await post(room, `kept ${i}`);
    await eventually("history has written it", async () => {
      const messages = documents.collection<MessageDoc>("messages");
      return (await messages.countDocuments()) === acked.length + 2;
    });
    const heads = new Map(acked.map(({ room, said: [seq] }) => [room, seq]));
    await reader.stop();
    const moss = await group("Moss");
    for (let i = 0; i < 3; i++) for (const room of [birds, moss]) await post(room, `lost ${i}`);
    const lost = [birds, moss].map((room) => {
      const seqs = acked.flatMap(({ room: its, said: [seq] }) => (its === room ? [seq] : []));
      return { room, from: (heads.get(room) ?? 0) + 1, to: Math.max(...seqs) };
    });
    for (const person of others) {
      await seen(person, "the last of them", () => shows(person.room(birds), "lost 2"));
    }
    for (const { room, to } of lost) {
      // What the answer says of unread posts waits for history.
      ana.call("room.read", { room, seq: to }).catch(() => {});
      await eventually("it is known that ana has read them", async () => {
        const receipts = documents.collection<ReceiptDoc>("receipts");
        return (await receipts.findOne({ _id: { room, user: idOf(ana) } }))?.read === to;
      });
    }

    await Promise.all(cluster.nodes.map((node) => node.kill()));
    await Promise.all(cluster.nats.servers.map((server) => server.kill()));
    for (const server of cluster.nats.servers) server.wipe();
    for (const server of cluster.nats.servers) server.start();
    await cluster.nats.ready();

    for (const error of await Promise.all(nodes.map((node) => errorOf(node.start())))) {
      const refusal = String(error);
      expect(refusal).toContain(
        "(1): the log was lost (LOG_0, LOG_1, LOG_2, LOG_3, LOG_4, LOG_5, LOG_6, LOG_7 are missing",
      );
      expect(refusal).toContain("run `starling doctor`");
    }
    const said = await starling(env, "doctor");
    expect(said).toMatchObject({
      code: 1,
      says: expect.stringContaining("`starling doctor --rebuild` goes on"),
    });

    const rebuilt = await starling(env, "doctor", "--rebuild");
    expect(rebuilt.says).toContain("3 rooms go on from their documents with new epochs");
    expect(rangesIn(rebuilt.says).sort((a, b) => b.from - a.from)).toEqual(lost);
    expect(rebuilt.code).toBe(0);
    expect(await starling(env, "doctor")).toMatchObject({ code: 0 });
    expect(await starling(env, "doctor", "--rebuild")).toMatchObject({
      code: 0,
      says: expect.stringContaining("nothing to rebuild"),
    });

    const renewed = people.map(renewals);
    for (const node of nodes) await node.start();
    for (const node of nodes) await ready(node);
    const before = new Map(epochs);
    expect(await ana.call("room.post", { room: birds, cid, text: "counted once" })).toMatchObject({
      seq: first,
    });
    for (const room of [birds, fish]) {
      expect(await post(room, "after")).toBe((heads.get(room) ?? 0) + 1);
      expect(epochs.get(room)).not.toBe(before.get(room));
    }
    for (const [i, person] of people.entries()) {
      for (const id of [birds, fish]) {
        const room = person.room(id);
        await seen(person, "what comes after", () => shows(room, "after"));
        expect(renewed[i]?.has(id)).toBe(true);
        expect(await room.verify()).toMatchObject({ ok: true, head: (heads.get(id) ?? 0) + 1 });
        expect(shownIn(room)).toEqual(await heldOf(person, id));
      }
      expect(await errorOf(person.call("room.history", { room: moss }))).toMatchObject({ code: "not-found" });
    }
    // Whatever was acked is there, or was named.
    const held = new Map([
      [birds, await heldOf(ana, birds)],
      [fish, await heldOf(ana, fish)],
    ]);
    const gone = acked.filter(({ room, said }) => !held.get(room)?.some((it) => Bun.deepEquals(it, said)));
    expect(gone).toHaveLength(6);
    const isNamed = (of: string, seq: number) =>
      lost.some(({ room, from, to }) => room === of && from <= seq && seq <= to);
    expect(gone.filter(({ room, said: [seq] }) => !isNamed(room, seq))).toEqual([]);
    await Promise.all(people.map((person) => person.close()));
  }, 120_000);
});
