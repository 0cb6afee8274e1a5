/** The bus between nodes at different servers, and what the contract doesn't ask: losses of servers, slow nodes, bad input. */
import { describe, expect, test } from "bun:test";
import { connect } from "@nats-io/transport-node";
import type { Json, LogRecord } from "../../actors/ports.ts";
import type { NatsServer } from "../../load/kit/nats.ts";
import { part } from "../../load/kit/parts.ts";
import { TcpLink } from "../../load/kit/tcp-link.ts";
import { draft } from "../contract/log.contract.ts";
import { eventually } from "../support/eventually.ts";
import { natsWorld } from "../support/nats.ts";

const program = await part("nats-server");

describe.skipIf(program === null)("the bus on three nats-servers", () => {
  const world = natsWorld(program, 3);
  const openAt = (server: NatsServer | undefined) => {
    if (server === undefined) throw new Error("no server");
    return world.open({ url: server.url, more: { ignoreClusterUpdates: true } });
  };

  test("a node at one server asks nodes at the others, and hears of all of them", async () => {
    const nodes = await Promise.all(world.servers.servers.map(openAt));
    try {
      for (const [i, { bus }] of nodes.entries()) await bus.subscribe("who", (_, answer) => answer?.(i));
      // Interest spreads asynchronously.
      const answers = await eventually("all are known", async () => {
        const found = await nodes[0]?.bus.request("who", null, 2_000, 3);
        return found?.length === 3 && found;
      });
      expect(answers.toSorted()).toEqual([0, 1, 2]);
    } finally {
      await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
    }
  });

  test("a node whose server is killed is subscribed again at another one, for the bus and for the log", async () => {
    const [first, second] = world.servers.servers;
    if (first === undefined) throw new Error("no server");
    // It knows all servers, and begins at the first.
    await using node = await world.open({ more: { noRandomize: true } });
    await using other = await openAt(second);
    const heard: Json[] = [];
    const records: LogRecord[] = [];
    await node.bus.subscribe("news", (message) => heard.push(message));
    await node.log.subscribe("room", (record) => records.push(record));
    expect(node.live.nats.getServer()).toBe(first.url.replace("nats://", ""));
    await first.kill();
    await eventually("news come again", async () => {
      other.bus.publish("news", "after");
      return heard.length > 0;
    });
    await eventually("records come again", async () => {
      const [head] = await other.log.heads(["room"]).catch(() => []);
      if (head === undefined) return false;
      await other.log.append("room", head.position, draft("room", head.seq + 1)).catch(() => {});
      return records.length > 0;
    });
    expect(new Set(heard)).toEqual(new Set(["after"]));
    await first.restart();
    await world.servers.ready();
  });
});

describe.skipIf(program === null)("a node on one nats-server", () => {
  const world = natsWorld(program, 1, "max_pending: 1MB");

  test("counts what is no message, and goes on", async () => {
    const ignored: string[] = [];
    await using node = await world.open({ ignored: (what) => ignored.push(what) });
    const heard: Json[] = [];
    await node.bus.subscribe("s", (message) => heard.push(message));
    await using other = await connect({ servers: world.servers.url });
    other.publish("bus.s", "{not json");
    other.publish("bus.s", "");
    other.publish("bus.s", "1");
    await other.flush();
    await eventually("the good one", async () => heard.length > 0);
    expect(heard).toEqual([1]);
    expect(ignored).toEqual(["bus", "bus"]);
  });

  test("whose handler throws says so, and goes on", async () => {
    const failures: unknown[] = [];
    await using node = await world.open({ failed: (error) => failures.push(error) });
    const done = Promise.withResolvers<void>();
    await node.bus.subscribe("s", (message) => {
      if (message === 2) return done.resolve();
      throw new Error("a bug");
    });
    node.bus.publish("s", 1);
    node.bus.publish("s", 2);
    await done.promise;
    expect(failures).toHaveLength(1);
  });

  test("that reads too slowly is dropped by the server, comes back subscribed, and finds in the log what it missed", async () => {
    await using link = await TcpLink.to(Number(new URL(world.servers.url).port));
    const changes: boolean[] = [];
    await using slow = await world.open({
      url: `nats://127.0.0.1:${link.port}`,
      more: { ignoreClusterUpdates: true, pingInterval: 600_000 },
    });
    slow.live.watch((up) => changes.push(up));
    await using writer = await world.open();
    const got: number[] = [];
    await slow.log.subscribe("room", ({ from }) => got.push(from));
    const fat = (seq: number) => ({ ...draft("room", seq), server: "x".repeat(200_000) });
    link.cut();
    let position = 0;
    let seq = 0;
    const dropped = async () => Number((await world.servers.servers[0]?.monitor("varz"))?.slow_consumers) > 0;
    while (!(await dropped())) position = await writer.log.append("room", position, fat(++seq));
    link.mend();
    await eventually("the connection is back", async () => changes.at(-1) === true && slow.connection.up);
    await writer.log.append("room", position, draft("room", ++seq));
    await eventually("it hears again", async () => got.includes(seq));
    expect(got.length).toBeLessThan(seq);
    const [head] = await slow.log.heads(["room"]);
    expect(head?.seq).toBe(seq);
    const missed: number[] = [];
    for (let after = 0; ; ) {
      const records = await slow.log.tail("room", after, 1_000_000);
      if (records.length === 0) break;
      missed.push(...records.map(({ from }) => from));
      after = records.at(-1)?.position ?? 0;
    }
    expect(missed).toEqual(Array.from({ length: seq }, (_, i) => i + 1));
  });
});
