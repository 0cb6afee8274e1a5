/** What the doctor says of real NATS servers and a real MongoDB in trouble. */

import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { MongoClient } from "mongodb";
import type { Platform } from "../../../actors/runtime/platform.ts";
import { MongoSet } from "../../../load/kit/mongo-set.ts";
import { NatsServers } from "../../../load/kit/nats.ts";
import { openBackend } from "../../../src/backend.ts";
import { doctorCommand } from "../../../src/cli/doctor.ts";
import { Members, type NodeRole, nodeRoles } from "../../../src/cluster/members.ts";
import { readConfig } from "../../../src/config.ts";
import { openJetStream } from "../../../src/log/jetstream/open.ts";
import { streamName } from "../../../src/log/jetstream/subjects.ts";
import { platform } from "../../../src/platform.ts";
import type { CheckpointDoc } from "../../../src/store/mongo/schema.ts";
import { temporaryFolder } from "../../contract/embedded.ts";
import { errorOf } from "../../contract/error-of.ts";
import { draft } from "../../contract/log.contract.ts";
import { mongod } from "../../contract/mongo.ts";
import { natsServer, setBrokers, withoutBrokers } from "../../support/brokers.ts";
import { eventually } from "../../support/eventually.ts";

const away = "127.0.0.1:1";
/** In each stream some. */
const rooms = Array.from({ length: 32 }, (_, i) => `room${i}`);

describe.skipIf(withoutBrokers)("the doctor of a cluster", () => {
  const brokers = setBrokers();

  const configOf = (name: string, url = brokers.nats.url) =>
    readConfig({ NATS_URL: url, MONGODB_URL: brokers.mongo.url(name) });

  /** What it says, line by line. */
  async function saysOf(config: ReturnType<typeof configOf>, at: Platform = platform): Promise<string[]> {
    const { exitCode, says } = await doctorCommand([], config, at);
    const lines = says.split("\n");
    if (exitCode === 0) return [];
    expect(exitCode).toBe(1);
    for (const line of lines) expect(line).toMatch(/^[A-Z].*: .+; .+\.$/);
    return lines;
  }

  test("finds nothing wrong where nothing is, before and after the first start", async () => {
    const config = configOf("well");
    expect(await saysOf(config)).toEqual([]);
    await (await openBackend(config, platform))[Symbol.asyncDispose]();
    expect(await doctorCommand([], config, platform)).toEqual({
      exitCode: 0,
      says: "nothing is wrong with NATS and MongoDB",
    });
    // What it wrote to find out is gone.
    const connection = await connect({ servers: brokers.nats.url.replace("nats://", "") });
    const names = await (await jetstreamManager(connection)).streams.names().next();
    await connection.close();
    expect(names.filter((name) => !name.startsWith("LOG_"))).toEqual([]);
  });

  test("roles that no running node has, as when the machine with the readers is away", async () => {
    const config = configOf("roles");
    const backend = await openBackend(config, platform);
    const { bus } = backend;
    const node = (node: string, roles: NodeRole[]) => new Members({ node, roles, bus, platform });
    const [gateway, actors] = [node("a", ["gateway"]), node("b", ["actors"])];
    await gateway.join();
    const alone = await saysOf(config);
    expect(alone).toEqual([
      expect.stringContaining("none of them has the role actors: nothing can be sent; "),
      expect.stringContaining("none of them has the role readers: nobody is told of new rooms, "),
    ]);
    await actors.join();
    expect(await saysOf(config)).toEqual(alone.slice(1));
    const all = node("c", [...nodeRoles]);
    await all.join();
    expect(await saysOf(config)).toEqual([]);
    for (const member of [gateway, actors, all]) member.stop();
    await backend[Symbol.asyncDispose]();
  });

  test("no NATS", async () => {
    expect(await saysOf(configOf("well", `nats://${away}`))).toEqual([
      expect.stringContaining(`No NATS server answers at ${away}: nobody can send`),
    ]);
  });

  test("no MongoDB", async () => {
    const config = readConfig({
      NATS_URL: brokers.nats.url,
      MONGODB_URL: `mongodb://${away}/starling?replicaSet=rs0`,
    });
    expect(await saysOf(config)).toEqual([
      expect.stringContaining("MongoDB has no primary, or none that answers"),
    ]);
  });

  test("MongoDB standalone", async () => {
    await using alone = await MongoSet.standalone(mongod ?? "");
    const config = readConfig({ NATS_URL: brokers.nats.url, MONGODB_URL: alone.url });
    expect(await saysOf(config)).toEqual([expect.stringContaining("MongoDB runs as a standalone server")]);
  });

  test("wrong credentials of NATS, and of MongoDB, neither of which it repeats", async () => {
    const guarded = 'authorization { user: starling, password: "right" }';
    await using own = await NatsServers.start({ program: natsServer ?? "", config: guarded });
    const wrong = own.url.replace("nats://", "nats://starling:hidden@");
    const said = await saysOf(configOf("well", wrong));
    expect(said).toEqual([expect.stringContaining("NATS refuses the user or the password of NATS_URL")]);

    const url = brokers.mongo.url("well").replace("mongodb://", "mongodb://nobody:hidden@");
    const others = await saysOf(readConfig({ NATS_URL: brokers.nats.url, MONGODB_URL: url }));
    expect(others).toEqual([
      expect.stringContaining("MongoDB refuses the user or the password of MONGODB_URL"),
    ]);
    expect([...said, ...others].join()).not.toContain("hidden");
  });

  test("a clock that is an hour off, either way", async () => {
    for (const [offMs, how] of [
      [-3_600_000, "60 min behind"],
      [3_600_000, "60 min ahead of"],
    ] as const) {
      const said = await saysOf(configOf("well"), { ...platform, now: () => platform.now() + offMs });
      expect(said.length).toBeGreaterThan(0);
      for (const line of said) expect(line).toStartWith(`This machine's clock is ${how} `);
    }
  });

  test("settings of a stream that would lose messages", async () => {
    const connection = await connect({ servers: brokers.nats.url.replace("nats://", "") });
    const jsm = await jetstreamManager(connection);
    const { config } = await jsm.streams.info("LOG_3");
    await jsm.streams.update("LOG_3", { ...config, max_age: 200_000_000_000 });
    const said = await saysOf(configOf("well"));
    await jsm.streams.update("LOG_3", { ...config });
    await connection.close();
    expect(said).toEqual([
      expect.stringContaining("LOG_3 has other settings than the log needs (max_age is 200000000000"),
    ]);
    expect(await saysOf(configOf("well"))).toEqual([]);
  });

  test("streams that were deleted, made anew, set back or written by others: nor does a node start on them", async () => {
    await using own = await NatsServers.start({ program: natsServer ?? "" });
    const config = configOf("anew", own.url);
    const open = () => openBackend(config, platform);
    const { log, store, ...backend } = await open();
    const stream = log.streamOf("r");
    const positions = [await log.append("r", 0, draft("r", 1))];
    positions.push(await log.append("r", positions[0] ?? 0, draft("r", 2)));
    const at = async (position = 0) => {
      const anchor = await log.anchorAt?.(stream, position);
      await store.projection.apply([], { stream, position, ...(anchor && { anchor }) });
    };
    await at(positions[0]);
    expect(await saysOf(config)).toEqual([]);
    await using connection = await connect({ servers: own.url.replace("nats://", "") });
    const jsm = await jetstreamManager(connection);
    const name = streamName(stream);
    const { config: settings } = await jsm.streams.info(name);
    const says = async (how: string) => {
      const [said = "", ...others] = await saysOf(config);
      expect(said).toStartWith(`${name} ${how}: no node starts on it; `);
      expect(others).toEqual([]);
      expect(String(await errorOf(open()))).toContain(`the log was lost (${name} ${how})`);
    };

    await jsm.streams.delete(name);
    await says("is missing, though documents were made from it");
    await jsm.streams.add(settings);
    await says("was deleted and made anew");

    await using client = new MongoClient(brokers.mongo.url("anew"));
    const checkpoints = client.db().collection<CheckpointDoc>("checkpoints");
    const { created } = await jsm.streams.info(name);
    await checkpoints.updateOne({ _id: stream }, { $set: { "anchor.created": created } });
    await says("ends before what documents were made from it");
    await using stranger = await openJetStream({ url: own.url, platform });
    await stranger.log.append("r", 0, draft("r", 1));
    await says("holds other records than documents were made from");

    // As if a rebuild had been interrupted: it goes on, and tells what the first attempt had found.
    const lost = [{ room: "r", from: 2, to: 3 }];
    await store.secrets.putIfAbsent("moved.rebuilding", JSON.stringify({ id: "x", streams: [stream], lost }));
    expect((await saysOf(config))[0]).toContain("A rebuild of this installation was interrupted");
    expect(await doctorCommand(["--rebuild"], config, platform)).toEqual({
      exitCode: 0,
      says: expect.stringMatching(/^LOG_\d made anew, .*\nroom r lost at least seqs 2 to 3$/),
    });
    expect(await saysOf(config)).toEqual([]);
    await (await open())[Symbol.asyncDispose]();
    await backend[Symbol.asyncDispose]();
  });

  test("a MongoDB that a newer program wrote", async () => {
    const config = configOf("newer");
    await using client = new MongoClient(brokers.mongo.url("newer"));
    await client
      .db()
      .collection<{ _id: string; version: number }>("meta")
      .insertOne({ _id: "schema", version: 99 });
    expect(await saysOf(config)).toEqual([expect.stringContaining("The database has schema version 99")]);
  });

  test("a full disk under NATS", async () => {
    using folder = temporaryFolder();
    const mounted =
      Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.dir]).exitCode === 0;
    if (!mounted) return console.error("!!! mounting isn't allowed here: a full disk isn't tried");
    try {
      await using own = await NatsServers.start({ program: natsServer ?? "", dir: folder.dir });
      await Bun.write(`${folder.dir}/ballast`, new Uint8Array(900_000));
      const said = await saysOf(configOf("full", own.url));
      expect(said).toEqual([expect.stringContaining("see whether a disk under store_dir is full")]);
    } finally {
      Bun.spawnSync(["umount", "-l", folder.dir]);
    }
  });

  test("a full disk under one NATS server of three, which turns JetStream off there", async () => {
    using folder = temporaryFolder();
    const dir = `${folder.dir}/n3`;
    mkdirSync(dir);
    const mounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", dir]).exitCode === 0;
    if (!mounted) return console.error("!!! mounting isn't allowed here: a full disk isn't tried");
    try {
      await using three = await NatsServers.start({
        ...{ program: natsServer ?? "", servers: 3, dir: folder.dir },
      });
      const config = configOf("off", three.url);
      const backend = await openBackend(config, platform);
      await Bun.write(`${dir}/ballast`, new Uint8Array(4 * 1_048_576)).catch(() => {});
      // One of its streams that comes to write there is enough.
      let said: string[] = [];
      await eventually("JetStream goes off there", async () => {
        for (const room of rooms) await backend.log.append(room, 0, draft(room, 1)).catch(() => {});
        said = await saysOf(config);
        return said[0]?.startsWith(`JetStream is off on ${three.servers[2]?.url.slice("nats://".length)}: `);
      });
      expect(said).toEqual([
        expect.stringContaining(
          "chat goes on with the others, but the next loss stops all sending; a full disk",
        ),
      ]);
      expect(said[0]).toContain("make room, then restart that server");
      expect(await backend.log.append("after", 0, draft("after", 1))).toBeGreaterThan(0);
      await backend[Symbol.asyncDispose]();
    } finally {
      Bun.spawnSync(["umount", "-l", dir]);
    }
  }, 90_000);

  test("one NATS server of three", async () => {
    await using three = await NatsServers.start({ program: natsServer ?? "", servers: 3 });
    const config = configOf("three", three.url);
    expect(await saysOf(config)).toEqual([]);
    await three.servers[2]?.kill();
    // And, until the others have elected leaders, that nothing can be written.
    expect((await saysOf(config))[0]).toContain("Only 2 of 3 NATS servers answer, ");
    await three.servers[1]?.kill();
    const said = await saysOf(config);
    expect(said).toEqual([expect.stringContaining("Only 1 of 3 NATS servers answers, ")]);
    expect(said[0]).toContain("messages are refused as unavailable until more than half of them run");
  }, 90_000);
});

/** A server that greets as 2.9 of a cluster does, and answers pings: more of it nobody gets to see. */
function old29(): Disposable & { address: string } {
  const info = {
    ...{ server_id: "OLD", server_name: "old", version: "2.9.25", proto: 1, cluster: "starling" },
    ...{ jetstream: true, headers: true, max_payload: 1_048_576 },
  };
  const server = Bun.listen({
    ...{ hostname: "127.0.0.1", port: 0 },
    socket: {
      open: (socket) => void socket.write(`INFO ${JSON.stringify(info)}\r\n`),
      data: (socket, data) => void (data.includes("PING") && socket.write("PONG\r\n")),
    },
  });
  return { address: `127.0.0.1:${server.port}`, [Symbol.dispose]: () => server.stop(true) };
}

test("NATS 2.9 in a cluster, where two writers may both win: nor does a node start on it", async () => {
  using old = old29();
  const config = readConfig({ NATS_URL: `nats://${old.address}`, MONGODB_URL: `mongodb://${away}/starling` });
  const { exitCode, says } = await doctorCommand([], config, platform);
  expect(exitCode).toBe(1);
  expect(says).toMatch(
    new RegExp(
      `^NATS 2\\.9\\.25 runs at ${old.address}: .*two writers may both win.*install nats-server 2\\.15`,
    ),
  );
  expect(await errorOf(openJetStream({ url: `nats://${old.address}`, platform }))).toMatchObject({
    message: expect.stringContaining("nats-server 2.9.25 can't be used in a cluster"),
  });
});
