/** What the contract doesn't ask of every log: settings, sizes, bad input from below, loss of the server. One real server. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, headers } from "@nats-io/transport-node";
import { limits } from "../../../actors/limits.ts";
import {
  type LogRecord,
  type Position,
  Unavailable,
  UnknownOutcome,
  Unreadable,
} from "../../../actors/ports.ts";
import { part } from "../../../load/kit/parts.ts";
import { TcpLink } from "../../../load/kit/tcp-link.ts";
import type { JetStream } from "../../../src/log/jetstream/open.ts";
import { fenceHeader } from "../../../src/log/jetstream/stored.ts";
import { WrongStream } from "../../../src/log/jetstream/streams.ts";
import { liveSubject, logSubject, streamName } from "../../../src/log/jetstream/subjects.ts";
import { errorOf } from "../../contract/error-of.ts";
import { draft } from "../../contract/log.contract.ts";
import { eventually } from "../../support/eventually.ts";
import { natsWorld } from "../../support/nats.ts";

const program = await part("nats-server");
const bytesMax = 1_000_000;

describe.skipIf(program === null)("the log on one nats-server", () => {
  const world = natsWorld(program, 1);
  let ignored: string[];
  let nats: JetStream;
  beforeEach(async () => {
    ignored = [];
    nats = await world.open({ ignored: (what) => ignored.push(what) });
  });
  afterEach(async () => {
    await nats[Symbol.asyncDispose]();
    await world.empty();
  });

  async function fill(room: string, count: number): Promise<Position[]> {
    const positions: Position[] = [];
    for (let seq = 1; seq <= count; seq++) {
      positions.push(await nats.log.append(room, positions.at(-1) ?? 0, draft(room, seq)));
    }
    return positions;
  }

  /** As an operator or a program of somebody else might. */
  async function intrude(subject: string, data: string | Uint8Array, fence?: Position): Promise<void> {
    await using other = await connect({ servers: world.servers.url });
    const fields = headers();
    if (fence !== undefined) fields.set(fenceHeader, String(fence));
    await other.request(subject, data, { headers: fields, timeout: 2_000 });
  }

  test("the largest record comes back by every way; a larger one is refused before it is sent", async () => {
    const line = encodedExtra("r");
    const text = (bytes: number) => ({ ...draft("r", 1), frame: "x".repeat(bytes), server: "" });
    const largest = limits.recordBytesMax - line;
    expect(await errorOf(nats.log.append("r", 0, text(largest + 1)))).toBeInstanceOf(Unavailable);
    const live = Promise.withResolvers<LogRecord>();
    await nats.log.subscribe("r", live.resolve);
    const first = await nats.log.append("r", 0, text(largest));
    const second = await nats.log.append("r", first, text(largest));
    const whole = { ...text(largest), room: "r", position: first, prev: 0 };
    expect(await live.promise).toEqual(whole);
    expect(await nats.log.tail("r", 0, bytesMax)).toEqual([
      whole,
      { ...whole, position: second, prev: first },
    ]);
    expect(await nats.log.tail("r", 0, 1)).toEqual([whole]);
    expect(await nats.log.scan(nats.log.streamOf("r"), 0, 10)).toHaveLength(2);
    expect((await nats.log.heads(["r"]))[0]?.position).toBe(second);
  });

  test("appends of many rooms run beside each other, and one bulk reads all heads", async () => {
    const rooms = Array.from({ length: 1_500 }, (_, i) => `room-${i}`);
    const positions = await Promise.all(rooms.map((room) => nats.log.append(room, 0, draft(room, 1, 2))));
    const asked = [...rooms, "nobody", "room-7"];
    const expected = positions.map((position) => ({ position, seq: 2 }));
    const heads = await nats.log.heads(asked);
    expect(heads.slice(0, rooms.length)).toEqual(expected);
    expect(heads.slice(rooms.length)).toEqual([
      { position: 0, seq: 0 },
      expected[7] ?? { position: 0, seq: 0 },
    ]);
  });

  test("a room id that isn't one token of a subject is a bug of the caller", async () => {
    for (const room of ["", "a.b", "a b", "*", ">", "ü", "x".repeat(65)]) {
      expect(await errorOf(nats.log.append(room, 0, draft("r", 1)))).toBeInstanceOf(TypeError);
    }
  });

  describe("what isn't ours in a stream", () => {
    const foreign = "starling/1 other e1 1 1 1 0 0\n";
    test.each([
      ["newer", "starling/9 whatever"],
      ["truncated", "starling/1 r e1 3 1 1003 90 10\n{"],
      ["foreign", "hello"],
      ["foreign", foreign],
    ] as const)("is said to be %s, by its room alone, and readers can go on after it", async (why, data) => {
      const [stream, beside] = [nats.log.streamOf("r"), neighbourOf("r", nats)];
      const positions = await fill("r", 2);
      const kept = await nats.log.tail("r", 0, bytesMax);
      await intrude(logSubject("r"), data, positions[1] ?? 0);
      const bad = (positions[1] ?? 0) + 1;
      const other = await nats.log.append(beside, 0, draft(beside, 1));

      expect(await nats.log.tail("r", 0, bytesMax)).toEqual(kept);
      const error = await errorOf(nats.log.tail("r", positions[1] ?? 0, bytesMax));
      expect(error).toMatchObject({ name: "Unreadable", room: "r", position: bad, why });
      expect(String((error as Unreadable).bytes)).toBe(String(Buffer.from(data)));

      expect(await nats.log.scan(stream, 0, 10)).toEqual(kept);
      expect(await errorOf(nats.log.scan(stream, positions[1] ?? 0, 10))).toBeInstanceOf(Unreadable);
      expect((await nats.log.scan(stream, bad, 10)).map(({ position }) => position)).toEqual([other]);

      const rooms = ["r", beside, ...Array.from({ length: 20 }, (_, i) => `x${i}`)];
      expect((await nats.log.heads(rooms)).slice(0, 2)).toEqual([
        { position: bad, seq: 0 },
        { position: other, seq: 1 },
      ]);
    });

    test("a record of ours without a fence is foreign: it may have passed a fenced one", async () => {
      const [position = 0] = await fill("r", 1);
      await nats.log.append("r", position, draft("r", 2));
      const [, bytes] = await Promise.all([null, bytesOf("r")]);
      await intrude(logSubject("r"), bytes);
      const last = (await nats.log.tail("r", 0, bytesMax)).at(-1)?.position ?? 0;
      expect(await errorOf(nats.log.tail("r", last, bytesMax))).toMatchObject({ why: "foreign" });
    });

    test("a live copy that can't be read is counted, and the next one comes", async () => {
      const got = Promise.withResolvers<LogRecord>();
      await nats.log.subscribe("r", got.resolve);
      await using other = await connect({ servers: world.servers.url });
      other.publish(liveSubject("r"), "hello");
      await other.flush();
      await fill("r", 1);
      expect((await got.promise).from).toBe(1);
      expect(ignored).toEqual(["live"]);
    });
  });

  describe("a stream", () => {
    test("with other settings is refused, each of them named", async () => {
      const jsm = await jetstreamManager(nats.connection.nats);
      const name = streamName(3);
      await jsm.streams.delete(name);
      await jsm.streams.add({ name, subjects: ["log.3.*"], max_msgs_per_subject: 1 });
      const error = await errorOf(world.open());
      expect(error).toBeInstanceOf(WrongStream);
      for (const setting of [
        name,
        'discard is "old" and must be "new"',
        "max_age",
        "max_msgs_per_subject is 1",
        "republish",
      ]) {
        expect(String(error)).toContain(setting);
      }
    });

    test("that a node found as it must be is left as it is", async () => {
      const before = await nats.state(0);
      await using again = await world.open({ create: false });
      expect(await again.state(0)).toEqual(before);
    });

    test("that is missing, though the store knows of it, isn't made in silence", async () => {
      const jsm = await jetstreamManager(nats.connection.nats);
      await jsm.streams.delete(streamName(5));
      expect(await errorOf(world.open({ create: false }))).toBeInstanceOf(WrongStream);
    });

    test("can't be purged, nor a record deleted: the fence would move back", async () => {
      const [position = 0] = await fill("r", 1);
      const jsm = await jetstreamManager(nats.connection.nats);
      const name = streamName(nats.log.streamOf("r"));
      expect(await errorOf(jsm.streams.purge(name))).toBeInstanceOf(Error);
      expect(await errorOf(jsm.streams.deleteMessage(name, position))).toBeInstanceOf(Error);
      expect(await nats.log.tail("r", 0, bytesMax)).toHaveLength(1);
    });
  });

  test("a room that sleeps longer than the log is kept has head 0 and begins anew behind its old positions", async () => {
    await nats[Symbol.asyncDispose]();
    await world.empty();
    nats = await world.open({ keptMs: 200 });
    const stream = nats.log.streamOf("r");
    const [, old = 0] = await fill("r", 2);
    const anchor = await nats.anchorAt(stream, old);
    await eventually("the records leave", async () => (await nats.state(stream)).first > old);
    expect(await nats.log.heads(["r"])).toEqual([{ position: 0, seq: 0 }]);
    expect(await nats.log.tail("r", 0, bytesMax)).toEqual([]);
    expect(await nats.log.scan(stream, 0, 10)).toEqual([]);
    const stateAt = (position: Position) => nats.checkAnchor({ stream, position, anchor });
    expect(await stateAt(old - 1)).toBe("passed");
    expect(await stateAt(old)).toBe("aged");
    expect(await nats.log.append("r", 0, draft("r", 3))).toBeGreaterThan(old);
  });

  test("an append whose answer was lost is unknown, and isn't sent a second time", async () => {
    await using link = await TcpLink.to(Number(new URL(world.servers.url).port));
    await using node = await world.open({
      url: `nats://127.0.0.1:${link.port}`,
      more: { ignoreClusterUpdates: true },
    });
    link.cut("down");
    const outcome = errorOf(node.log.append("r", 0, draft("r", 1)));
    const [first] = await eventually("the record stands", async () => {
      const records = await nats.log.tail("r", 0, bytesMax);
      return records.length > 0 && records;
    });
    link.mend();
    // A second try would meet the first one's record, and take it for another owner's.
    expect(await outcome).toBeInstanceOf(UnknownOutcome);
    expect(await nats.log.heads(["r"])).toEqual([{ position: first?.position ?? 0, seq: 1 }]);
  });

  test("without its server it refuses at once, and goes on by itself when the server is back", async () => {
    const [position = 0] = await fill("r", 1);
    const got = Promise.withResolvers<LogRecord>();
    await nats.log.subscribe("r", got.resolve);
    const away = new Promise<void>((resolve) => nats.connection.watch((up) => up || resolve()));
    const [server] = world.servers.servers;
    await server?.kill();
    await away;
    expect(await errorOf(nats.log.append("r", position, draft("r", 9)))).toBeInstanceOf(Unavailable);
    expect(await errorOf(nats.log.heads(["r"]))).toBeInstanceOf(Unavailable);
    expect(await errorOf(nats.log.tail("r", 0, bytesMax))).toBeInstanceOf(Unavailable);
    await eventually("the other connection is away", async () => !nats.live.up);
    expect(await errorOf(nats.bus.request("who", null, 1_000))).toBeInstanceOf(Unavailable);
    await server?.restart();
    await eventually("both connections are back", async () => nats.connection.up && nats.live.up);
    const next = await nats.log.append("r", position, draft("r", 2));
    expect(await got.promise).toEqual({ ...draft("r", 2), room: "r", position: next, prev: position });
  });

  /** The bytes of the room's last record. */
  async function bytesOf(room: string): Promise<Uint8Array> {
    const jsm = await jetstreamManager(nats.connection.nats);
    const found = await jsm.streams.getMessage(streamName(nats.log.streamOf(room)), {
      last_by_subj: logSubject(room),
    });
    return found?.data ?? new Uint8Array();
  }
});

/** Another room of the same stream. */
function neighbourOf(room: string, { log }: JetStream): string {
  const found = Array.from({ length: 200 }, (_, i) => `n${i}`).find(
    (other) => log.streamOf(other) === log.streamOf(room),
  );
  if (found === undefined) throw new Error("no neighbour");
  return found;
}

/** Bytes that a record has besides frame and server part, with lengths of six digits. */
function encodedExtra(room: string): number {
  const { epoch, from, count, at } = draft(room, 1);
  return `starling/1 ${room} ${epoch} ${from} ${count} ${at} 999999 0\n`.length;
}
