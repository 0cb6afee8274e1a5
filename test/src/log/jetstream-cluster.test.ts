/** The log on three real servers, while one of them is killed, frozen or cut off. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { jetstreamManager } from "@nats-io/jetstream";
import { Fenced, type Log, type Position, Unavailable, UnknownOutcome } from "../../../actors/ports.ts";
import type { NatsServer } from "../../../load/kit/nats.ts";
import { part } from "../../../load/kit/parts.ts";
import type { JetStream } from "../../../src/log/jetstream/open.ts";
import { streamName } from "../../../src/log/jetstream/subjects.ts";
import { errorOf } from "../../contract/error-of.ts";
import { draft } from "../../contract/log.contract.ts";
import { eventually } from "../../support/eventually.ts";
import { natsWorld } from "../../support/nats.ts";

const program = await part("nats-server");
const bytesMax = 10_000_000;

describe.skipIf(program === null)("the log on three nats-servers", () => {
  const world = natsWorld(program, 3);
  let nats: JetStream;
  beforeAll(async () => {
    nats = await world.open();
  });
  afterAll(() => nats?.[Symbol.asyncDispose]());

  /** A node that knows one server only, and stays with it. */
  const openAt = (server: NatsServer) =>
    world.open({ url: server.url, more: { ignoreClusterUpdates: true } });

  /** A node that knows all servers but this one. */
  const openBeside = (server: NatsServer) => {
    const others = world.servers.servers.filter((other) => other !== server);
    return world.open({
      url: others.map(({ url }) => url).join(","),
      more: { ignoreClusterUpdates: true },
    });
  };

  /** Who leads the stream of a room; the others follow. */
  async function serversOf(room: string): Promise<{ leader: NatsServer; followers: NatsServer[] }> {
    const jsm = await jetstreamManager(nats.connection.nats);
    const name = await eventually("the stream has a leader", async () => {
      const { cluster } = await jsm.streams.info(streamName(nats.log.streamOf(room)));
      const whole = cluster?.replicas?.every(({ current, offline }) => current && offline !== true);
      return whole === true && cluster?.leader;
    });
    const leader = world.servers.server(name);
    return { leader, followers: world.servers.servers.filter((server) => server !== leader) };
  }

  async function fill(log: Log, room: string, count: number): Promise<Position[]> {
    const positions: Position[] = [];
    for (let seq = 1; seq <= count; seq++) {
      positions.push(await log.append(room, positions.at(-1) ?? 0, draft(room, seq)));
    }
    return positions;
  }

  const positionsIn = async (log: Log, room: string) =>
    (await log.tail(room, 0, bytesMax)).map(({ position }) => position);

  test("of 400 races of two nodes for one place each has exactly one winner, and the other is fenced", async () => {
    const [first, second] = world.servers.servers;
    if (first === undefined || second === undefined) throw new Error("no servers");
    await using a = await openAt(first);
    await using b = await openAt(second);
    const won: Position[] = [];
    const losers: unknown[] = [];
    for (let seq = 1; seq <= 400; seq++) {
      const races = [a, b].map(({ log }) => log.append("race", won.at(-1) ?? 0, draft("race", seq)));
      for (const result of await Promise.allSettled(races)) {
        if (result.status === "fulfilled") won.push(result.value);
        else losers.push(result.reason);
      }
    }
    expect(won).toHaveLength(400);
    expect(losers.filter((reason) => !(reason instanceof Fenced))).toEqual([]);
    expect(await positionsIn(nats.log, "race")).toEqual(won);
  });

  test("what one node was acknowledged all nodes read at once, whichever server they are at", async () => {
    const nodes = await Promise.all(world.servers.servers.map(openAt));
    try {
      let position = 0;
      // Enough of one stream for a bulk.
      const beside = neighboursOf("fresh", nats.log);
      for (let seq = 1; seq <= 50; seq++) {
        const writer = nodes[seq % nodes.length]?.log ?? nats.log;
        position = await writer.append("fresh", position, draft("fresh", seq));
        for (const { log } of nodes) {
          expect((await log.heads(["fresh", ...beside]))[0]).toEqual({ position, seq });
          expect((await log.tail("fresh", 0, bytesMax)).at(-1)?.position).toBe(position);
          expect((await log.scan(log.streamOf("fresh"), position - 1, 10))[0]?.position).toBe(position);
        }
      }
    } finally {
      await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
    }
  });

  test("the leader killed in mid-append: nothing acknowledged is lost, nothing refused is there, the rest is said to be unknown", async () => {
    const rooms = Array.from({ length: 16 }, (_, i) => `kill${i}`);
    const { leader } = await serversOf("kill0");
    const ends = { acked: 0, unknown: 0, unavailable: 0 };
    let killed = false;
    const histories = rooms.map(async (room) => {
      const acked = new Map<Position, number>();
      const [possible, refused] = [new Set<number>(), new Set<number>()];
      let [position, since] = [0, 0];
      // Until it has been acknowledged again long after the kill. `at` names the attempt.
      for (let at = 1; since < 20; at++) {
        try {
          position = await nats.log.append(room, position, draft(room, at, 1, at));
          acked.set(position, at);
          ends.acked++;
          if (killed) since++;
        } catch (error) {
          if (error instanceof UnknownOutcome) possible.add(at);
          else refused.add(at);
          if (error instanceof Unavailable) ends.unavailable++;
          else if (error instanceof UnknownOutcome) ends.unknown++;
          else if (!(error instanceof Fenced)) throw error;
          position = await eventually(`the head of ${room}`, () =>
            nats.log.heads([room]).then(
              ([head]) => ({ at: head?.position ?? 0 }),
              () => null,
            ),
          ).then((head) => head.at);
        }
      }
      return { room, acked, possible, refused };
    });
    await eventually("all write", async () => ends.acked > 200);
    await leader.kill();
    killed = true;
    for (const { room, acked, possible, refused } of await Promise.all(histories)) {
      const kept = new Map(
        (await nats.log.tail(room, 0, bytesMax)).map(({ position, at }) => [position, at]),
      );
      for (const [position, at] of acked) expect(kept.get(position)).toBe(at);
      const unexplained = [...kept].filter(([position, at]) => !acked.has(position) && !possible.has(at));
      expect(unexplained).toEqual([]);
      expect([...kept.values()].filter((at) => refused.has(at))).toEqual([]);
    }
    expect(ends.unknown + ends.unavailable).toBeGreaterThan(0);
    await leader.restart();
    await world.servers.ready();
  });

  test("a node at a server that was cut off gets no answer rather than an old one", async () => {
    const { followers } = await serversOf("cut");
    const [server] = followers;
    if (server === undefined) throw new Error("no follower");
    await using reader = await openAt(server);
    const before = await fill(nats.log, "cut", 3);
    expect(await positionsIn(reader.log, "cut")).toEqual(before);
    await using writer = await openBeside(server);
    world.servers.isolate(server);
    try {
      const next = await eventually("the majority goes on", () =>
        writer.log.append("cut", before.at(-1) ?? 0, draft("cut", 4)).catch(() => null),
      );
      const last = before.at(-1) ?? 0;
      const errors = await Promise.all([
        errorOf(reader.log.heads(["cut"])),
        errorOf(reader.log.tail("cut", 0, bytesMax)),
        errorOf(reader.log.scan(reader.log.streamOf("cut"), last, 10)),
      ]);
      for (const error of errors) expect(error).toBeInstanceOf(Unavailable);
      expect(await errorOf(reader.log.append("cut", next, draft("cut", 5)))).toBeInstanceOf(Error);
      world.servers.heal(server);
      await eventually("the cut-off server is back", async () => {
        const positions = await positionsIn(reader.log, "cut").catch(() => []);
        return positions.length === 4 && positions.at(-1) === next;
      });
    } finally {
      world.servers.heal(server);
      await world.servers.ready();
    }
  });

  test("an append that a cut-off leader took is unknown, and one record stands in its place", async () => {
    const { leader } = await serversOf("lead");
    await using old = await openAt(leader);
    await using others = await openBeside(leader);
    const [position = 0] = await fill(old.log, "lead", 1);
    world.servers.isolate(leader);
    try {
      const [first, second] = await Promise.all(
        [111, 112].map((at) => errorOf(old.log.append("lead", position, draft("lead", 2, 1, at)))),
      );
      expect(first).toBeInstanceOf(UnknownOutcome);
      // It waited for the first one to be decided: that it isn't is no fence.
      expect(second).toBeInstanceOf(Unavailable);
      await eventually("the majority goes on", () =>
        others.log.append("lead", position, draft("lead", 2, 1, 222)).catch(() => null),
      );
    } finally {
      world.servers.heal(leader);
      await world.servers.ready();
    }
    for (const { log } of [old, others]) {
      // For a moment the old leader doesn't know better, which is why a head read is no proof.
      const second = await eventually("both sides agree", () =>
        log.tail("lead", position, bytesMax).then(
          ([record]) => record?.at,
          () => null,
        ),
      );
      expect(second).toBe(222);
    }
  });

  /** Freezes one that follows; whoever came to lead meanwhile is woken, and another one is asked. */
  async function freezeFollower(room: string): Promise<{ server: NatsServer; node: JetStream }> {
    return eventually("a follower is frozen", async () => {
      const { followers } = await serversOf(room);
      const [server] = followers;
      if (server === undefined) throw new Error("no follower");
      const node = await openBeside(server);
      const { streams } = await jetstreamManager(node.connection.nats);
      // A leader that was just chosen isn't known to all servers yet.
      const [beside = ""] = neighboursOf(room, node.log);
      await eventually("it is heard", () =>
        node.log.append(beside, 0, draft(beside, 1)).then(
          () => true,
          (error) => error instanceof Fenced,
        ),
      );
      server.freeze();
      // Only a leader answers.
      const info = await streams.info(streamName(node.log.streamOf(room))).catch(() => null);
      if (info?.cluster?.leader !== undefined && info.cluster.leader !== server.name) return { server, node };
      server.thaw();
      await node[Symbol.asyncDispose]();
      return null;
    });
  }

  test("a frozen follower holds up neither appends nor reads", async () => {
    const { server, node } = await freezeFollower("frozen");
    await using _ = node;
    try {
      const positions = await fill(node.log, "frozen", 20);
      for (let i = 0; i < 5; i++) expect(await positionsIn(node.log, "frozen")).toEqual(positions);
      // What the frozen server leads has no leader now: that is another matter.
      const beside = neighboursOf("frozen", node.log);
      for (let i = 0; i < 5; i++) {
        expect((await node.log.heads(["frozen", ...beside]))[0]).toEqual({
          position: positions.at(-1) ?? 0,
          seq: 20,
        });
      }
    } finally {
      server.thaw();
      await world.servers.ready();
    }
  });
});

/** Other rooms of the same stream. */
function neighboursOf(room: string, log: Log): string[] {
  const rooms = Array.from({ length: 100 }, (_, i) => `other${i}`);
  return rooms.filter((other) => log.streamOf(other) === log.streamOf(room));
}
