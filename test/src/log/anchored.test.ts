/** Streams that are exchanged under a node that runs, on one real server. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstreamManager } from "@nats-io/jetstream";
import { limits } from "../../../actors/limits.ts";
import { type Checkpoint, type Log, type Position, Unavailable } from "../../../actors/ports.ts";
import { NatsServers } from "../../../load/kit/nats.ts";
import { part } from "../../../load/kit/parts.ts";
import { AnchoredLog } from "../../../src/log/jetstream/anchored.ts";
import { type JetStream, openJetStream } from "../../../src/log/jetstream/open.ts";
import { streamName } from "../../../src/log/jetstream/subjects.ts";
import { platform } from "../../../src/platform.ts";
import { withOwn } from "../../../src/with-own.ts";
import { errorOf } from "../../contract/error-of.ts";
import { draft } from "../../contract/log.contract.ts";
import { eventually } from "../../support/eventually.ts";

const program = await part("nats-server");
const room = "r";

describe.skipIf(program === null)("a log whose stream is exchanged under it", () => {
  let dir: string;
  let servers: NatsServers;
  let nats: JetStream;
  let anchored: AnchoredLog;
  let log: Log;
  let stream: number;
  let name: string;
  /** Of the room's only record. */
  let last: Position;
  let checkpoint: Checkpoint;
  let told: [streams: number, what: string | null][];
  let looks: number;
  /** What the next looks wait for. */
  let held: Promise<void>;
  let clock: { aheadMs: number };

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "starling-anchored-"));
    servers = await NatsServers.start({ program: program ?? "", dir });
    nats = await openJetStream({ url: servers.url, platform });
    stream = nats.log.streamOf(room);
    name = streamName(stream);
    last = await nats.log.append(room, 0, draft(room, 1));
    checkpoint = { stream, position: 0, anchor: await nats.anchorAt(stream, 0) };
    told = [];
    looks = 0;
    held = Promise.resolve();
    clock = { aheadMs: 0 };
    anchored = new AnchoredLog({
      connection: nats.connection,
      platform: { ...platform, monotonic: () => platform.monotonic() + clock.aheadMs },
      async state(of) {
        looks++;
        await held;
        return await nats.checkAnchor(of);
      },
      checkpoints: [checkpoint],
      lost: (streams, what) => told.push([streams, what]),
    });
    log = anchored.guard(nats.log);
    // From here on it takes the stream for its own.
    await log.heads([room]);
  });
  afterEach(async () => {
    anchored[Symbol.dispose]();
    await nats[Symbol.asyncDispose]();
    await servers[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  const manager = () => jetstreamManager(nats.connection.nats);

  /** In no time, as a script does it. */
  async function exchange(): Promise<void> {
    const { streams } = await manager();
    const { config } = await streams.info(name);
    await streams.delete(name);
    await streams.add(config);
  }

  /** The server is gone, and comes back with another disk. */
  async function swap(disk: () => void): Promise<void> {
    const [server] = servers.servers;
    await server?.kill();
    disk();
    server?.start();
    await servers.ready();
  }
  const [store, kept] = [() => join(dir, "n1/store"), () => join(dir, "kept")];

  async function expectShut(): Promise<void> {
    expect(await errorOf(log.append(room, 0, draft(room, 2)))).toBeInstanceOf(Unavailable);
    expect(await errorOf(log.heads([room]))).toBeInstanceOf(Unavailable);
    expect(await errorOf(log.tail(room, 0, 1_000))).toBeInstanceOf(Unavailable);
    expect(await errorOf(log.scan(stream, 0, 10))).toBeInstanceOf(Unavailable);
  }

  test("takes nothing into the new one, gives nothing out of it, and says so once", async () => {
    await exchange();
    await expectShut();
    const what = `${name} was deleted and made anew`;
    expect(told).toEqual([[1, what]]);
    expect(anchored.lost).toBe(`the log was lost (${what})`);
    expect(await nats.state(stream)).toMatchObject({ last: 0 });
  });

  test("is noticed as it is deleted, by whoever only reads", async () => {
    await exchange();
    await eventually("the server has told of it", async () => {
      return (await log.heads([room]).catch((error: unknown) => error)) instanceof Unavailable;
    });
  });

  test("is looked at again after a failure, and before a room's first record, and else not", async () => {
    const failing = withOwn(nats.log, { heads: () => Promise.reject(new Unavailable("no leader")) });
    await log.heads([room]);
    const next = await log.append(room, last, draft(room, 2));
    expect(looks).toBe(1);
    await errorOf(anchored.guard(failing).heads([room]));
    await log.append(room, next, draft(room, 3));
    expect(looks).toBe(2);
    await errorOf(log.append(room, 0, draft(room, 4)));
    expect(looks).toBe(3);
  });

  test("goes on in other streams", async () => {
    const others = ["a", "b", "c", "d"].filter((other) => nats.log.streamOf(other) !== stream);
    const other = others[0] ?? "";
    const its = nats.log.streamOf(other);
    anchored.know([{ stream: its, position: 0, anchor: await nats.anchorAt(its, 0) }]);
    await exchange();
    await expectShut();
    expect(await log.append(other, 0, draft(other, 1))).toBeGreaterThan(0);
  });

  test("names no place of the new one to a reader that read just before", async () => {
    const late = withOwn(nats.log, {
      async anchorAt(of, position) {
        await exchange();
        return await nats.log.anchorAt(of, position);
      },
    });
    expect(await errorOf(anchored.guard(late).anchorAt?.(stream, 0) ?? Promise.resolve())).toBeInstanceOf(
      Unavailable,
    );
  });

  test("is shut while the stream is missing, and goes on where it was when the servers have their old disks again", async () => {
    await swap(() => renameSync(store(), kept()));
    await eventually("it is known", async () => {
      await expectShut();
      return anchored.lost !== null;
    });
    await swap(() => {
      rmSync(store(), { recursive: true });
      renameSync(kept(), store());
    });
    await eventually("the connection is back", async () => nats.connection.up && anchored.lost !== null);
    const next = await eventually("it takes records", () =>
      log.append(room, last, draft(room, 2)).catch(() => null),
    );
    expect(next).toBe(last + 1);
    expect(told).toEqual([
      [1, `${name} is missing, though documents were made from it`],
      [0, null],
    ]);
    expect(anchored.lost).toBeNull();
  });

  test("isn't taken for the node's own when it was made anew while the node was away", async () => {
    await swap(() => rmSync(store(), { recursive: true }));
    await using _ = await openJetStream({ url: servers.url, platform, create: true });
    await eventually("the connection is back", async () => nats.connection.up);
    expect(await errorOf(log.heads([room]))).toBeInstanceOf(Unavailable);
    await expectShut();
    expect(told).toEqual([[1, `${name} was deleted and made anew`]]);
  });

  test("nor when the documents speak of the new one: others were started on it", async () => {
    await exchange();
    anchored.know([{ ...checkpoint, anchor: await nats.anchorAt(stream, 0) }]);
    await expectShut();
  });

  /** The documents are one record further than the log. */
  async function fallShort(): Promise<void> {
    anchored.know([{ ...checkpoint, position: last + 1 }]);
    await eventually("it has looked", async () => {
      return (await log.heads([room]).catch((error: unknown) => error)) instanceof Unavailable;
    });
    await expectShut();
  }
  const shorter = () => `${name} ends before what documents were made from it`;

  test("is shut while it ends before what documents were made from since the start, and lost when it still does as no cut-off leader would", async () => {
    await fallShort();
    clock.aheadMs = limits.cutOffMs - 1_000;
    await expectShut();
    expect(told).toEqual([]);
    expect(anchored.lost).toBeNull();
    clock.aheadMs = limits.cutOffMs;
    await expectShut();
    expect(told).toEqual([[1, shorter()]]);
    expect(anchored.lost).toBe(`the log was lost (${shorter()})`);
  });

  test("isn't lost when it was whole in between", async () => {
    await fallShort();
    anchored.know([checkpoint]);
    await log.heads([room]);
    clock.aheadMs = limits.cutOffMs;
    await fallShort();
    expect(told).toEqual([]);
  });

  test("lets nobody wait for a look of a room's first record, nor for one that is only in time", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    const first = errorOf(log.append(room, 0, draft(room, 9)));
    anchored.know([checkpoint]);
    expect(await log.append(room, last, draft(room, 2))).toBe(last + 1);
    await log.heads([room]);
    resolve();
    await first;
    expect(looks).toBe(3);
  });

  test("is doubted when somebody deletes it, not another one", async () => {
    const { streams } = await manager();
    const heard = Promise.withResolvers<void>();
    const subject = "$JS.EVENT.ADVISORY.STREAM.DELETED.probe";
    nats.connection.nats.subscribe(subject, { callback: () => heard.resolve() });
    await streams.add({ name: "probe", subjects: ["probe"] });
    await streams.delete("probe");
    await heard.promise;
    await nats.connection.nats.flush();
    await log.heads([room]);
    expect(looks).toBe(1);
  });
});
