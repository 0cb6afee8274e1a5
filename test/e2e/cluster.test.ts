/** Three real processes over real NATS and MongoDB: one chat. */
import { afterAll, describe, expect, test } from "bun:test";
import { type ClusterNode, LocalCluster, ready } from "../../load/kit/cluster.ts";
import { TcpLink } from "../../load/kit/tcp-link.ts";
import type { Client, Room } from "../../sdk/api.ts";
import { idOf, join, seen } from "./people.ts";

// Outside of the tests: they have a time limit.
const cluster = await LocalCluster.start({ nats: 1 });
const clients: Client[] = [];

afterAll(async () => {
  for (const client of clients) await client.close();
  await cluster?.[Symbol.asyncDispose]();
});

const texts = (room: Room) =>
  room.timeline.snapshot().flatMap((row) => (row.type === "message" ? [row.message.text] : []));

/** Texts of ours in the room, in their order; the test's own commands only. */
const numbered = (from: number, count: number) => Array.from({ length: count }, (_, i) => `m${from + i}`);

describe.skipIf(cluster === null)("a cluster of three nodes", () => {
  const [one, two, three] = (cluster?.nodes ?? []) as [ClusterNode, ClusterNode, ClusterNode];
  const anywhere = cluster?.balancer.url ?? "";

  async function person(url: string, name: string): Promise<Client> {
    const client = await join(url, name);
    clients.push(client);
    return client;
  }

  /** A group of these people, live for each. */
  async function group([owner, ...others]: [Client, ...Client[]]): Promise<Room[]> {
    const room = await owner.createGroup({ name: "Birds", members: others.map(idOf) });
    for (const client of others) {
      await seen(client, "the new room", () => client.rooms.snapshot().find(({ id }) => id === room.id));
    }
    return [room, ...others.map((client) => client.room(room.id))];
  }

  test("people on three nodes talk, each sees all in one order, and their copies are whole", async () => {
    const people = [
      await person(one.url, "ana"),
      await person(two.url, "bob"),
      await person(three.url, "cyd"),
    ];
    const rooms = await group(people as [Client, ...Client[]]);
    for (let i = 0; i < 30; i++) await (rooms[i % 3] as Room).send({ text: `m${i}` });
    for (const [i, room] of rooms.entries()) {
      await seen(people[i] as Client, "all thirty", () => texts(room).length === 30);
      expect(texts(room)).toEqual(numbered(0, 30));
      expect(await room.verify()).toMatchObject({ ok: true });
    }
  });

  test("a node is killed under load: its people come back elsewhere, nothing is lost or doubled", async () => {
    const people: Client[] = [];
    for (const name of ["ana", "bob", "cyd", "dan", "eve", "fay"]) people.push(await person(anywhere, name));
    const rooms = await group(people as [Client, ...Client[]]);
    const sent = 120;
    const sending = rooms.map(async (room, who) => {
      for (let i = 0; i < sent / rooms.length; i++) await room.send({ text: `m${who} ${i}` });
    });
    await seen(people[0] as Client, "some of it", () => texts(rooms[0] as Room).length > 20);
    await two.kill();
    await Promise.all(sending);
    for (const [i, room] of rooms.entries()) {
      await seen(people[i] as Client, "everything", () => texts(room).length === sent);
      expect(new Set(texts(room)).size).toBe(sent);
      expect(texts(room)).toEqual(texts(rooms[0] as Room));
      expect(await room.verify()).toMatchObject({ ok: true });
    }
    await two.start();
    await ready(two);
  });

  test("a node that is stopped under load hands over: no send fails, and its people are elsewhere", async () => {
    const [ana, bob] = [await person(one.url, "ana"), await person(anywhere, "bob")];
    const [here, there] = (await group([ana, bob])) as [Room, Room];
    const sending = (async () => {
      for (let i = 0; i < 60; i++) await there.send({ text: `m${i}` });
    })();
    await seen(ana, "some of it", () => texts(here).length > 10);
    await three.stop();
    await sending;
    await seen(ana, "everything", () => texts(here).length === 60);
    expect(texts(here)).toEqual(numbered(0, 60));
    await three.start();
    await ready(three);
  });

  test("a node with one role answers for itself alone, and the others see it", async () => {
    const reader = await cluster?.add({ STARLING_ROLES: "readers" });
    const status = async (path: string) => (await fetch(`${reader?.url}${path}`)).status;
    expect(await Promise.all(["/readyz", "/healthz", "/ws", "/v1/login", "/"].map(status))).toEqual([
      200, 200, 404, 404, 404,
    ]);
    const metrics = await (await fetch(`${one.url}/metrics`)).text();
    expect(metrics).toContain("starling_cluster_nodes 4");
    const ana = await person(one.url, "ana");
    const [room] = await group([ana]);
    await room?.send({ text: "m0" });
    // Counts are of documents, whoever writes them.
    expect(await ana.call("room.unread.explain", { room: room?.id ?? "" })).toMatchObject({ seq: 2 });
    await reader?.stop();
  });

  test("a node that is told to stop while NATS hangs ends by itself, in time and well", async () => {
    await using link = await TcpLink.to(cluster?.nats.servers[0]?.port ?? 0);
    const node = await cluster?.add({ NATS_URL: `nats://127.0.0.1:${link.port}` });
    const ana = await person(node?.url ?? "", "ana");
    // Some are decided at the node that will hang, the others elsewhere.
    const rooms: Room[] = [];
    for (let i = 0; i < 8; i++) rooms.push(...(await group([ana])));
    const sending = rooms.map((room) => room.send({ text: "m0" }).catch(() => {}));
    link.cut();
    const { process } = node?.server ?? {};
    const began = performance.now();
    await node?.stop();
    expect(performance.now() - began).toBeLessThan(30_000);
    expect([process?.exitCode, process?.signalCode]).toEqual([0, null]);
    // They would try on elsewhere: here is nobody any more.
    await ana.close();
    await Promise.all(sending);
  });

  test("a session that is ended at one node loses its sockets at another, by its notice", async () => {
    const ana = await person(one.url, "ana");
    const login = { name: ana.me?.name, password: "correct horse battery", device: "other", label: "other" };
    const body = JSON.stringify(login);
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${two.url}/v1/login`, { method: "POST", headers, body });
    const { session, access } = (await answer.json()) as { session: string; access: string };
    const socket = new WebSocket(`${three.url.replace("http", "ws")}/ws`, ["starling.v1.json", access]);
    const closed = new Promise<number>((resolve) => {
      socket.onclose = ({ code }) => resolve(code);
    });
    await new Promise((resolve) => {
      socket.onmessage = resolve;
      socket.onopen = () => socket.send(JSON.stringify({ t: "hello", tab: "t" }));
    });
    const began = performance.now();
    await ana.call("session.revoke", { session });
    expect(await closed).toBe(4501);
    // A dropped notice would cost up to 30 s; how fast it is without one is claimed where time is simulated.
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
