import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { type Log, type LogRecord, Unavailable } from "../../../actors/ports.ts";
import type { RoomEvent } from "../../../actors/room/events.ts";
import { MemoryBus } from "../../../src/bus/memory.ts";
import { type Attached, attach } from "../../../src/gateway/attach.ts";
import { Feeds } from "../../../src/gateway/feeds.ts";
import { type Access, accessOf } from "../../../src/rooms/access.ts";
import { groupOfTwo, room, type WrittenRoom } from "../rooms/written-room.ts";
import { Reader } from "./reader.ts";

const post = (text: string): RoomEvent => ({ kind: "posted", text });
const removeBob: RoomEvent = { kind: "removed", user: "bob" };
const addBob: RoomEvent = { kind: "added", user: "bob", role: "member" };

/** A node's feeds over a written room. `way`: what happens to live records on their way. */
function nodeOf(
  written: WrittenRoom,
  way: (deliver: (record: LogRecord) => void) => (record: LogRecord) => void = (deliver) => deliver,
) {
  const real = written.log;
  const log: Log = {
    streams: real.streams,
    streamOf: (id) => real.streamOf(id),
    append: (id, expected, draft) => real.append(id, expected, draft),
    heads: (rooms) => real.heads(rooms),
    tail: (id, after, bytesMax) => real.tail(id, after, bytesMax),
    scan: (stream, after, countMax) => real.scan(stream, after, countMax),
    follow: (stream, wake) => real.follow(stream, wake),
    trim: (stream, before, upTo) => real.trim(stream, before, upTo),
    subscribe: (id, deliver) => real.subscribe(id, way(deliver)),
  };
  const faults: unknown[] = [];
  const sources = { log, store: written.store, platform: written.platform };
  const bus = new MemoryBus(written.platform);
  const feeds = new Feeds({ ...sources, bus, onFailure: (error) => faults.push(error) });
  const now = async (id: string, user: string): Promise<Access> => {
    const [found] = await accessOf(written, id, [user]);
    if (found === undefined) throw new Error("no access");
    return found;
  };
  return {
    feeds,
    faults,
    now,
    async attach(reader: Reader, seq: number | null, epoch = "E", access = now): Promise<Attached> {
      return await attach({ ...sources, feeds, access }, reader, room, seq === null ? null : [epoch, seq]);
    },
    /** Records on their way arrive, repairs end. */
    async settle(): Promise<void> {
      for (let turn = 0; turn < 20; turn++) {
        written.platform.advance(1);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

test("a resume sends exactly what lies between the cursor and the head, then live lines follow", async () => {
  const written = await groupOfTwo();
  await written.write("ana", post("2"), post("3"), post("4"));
  const node = nodeOf(written);
  const bob = new Reader("bob");
  expect(await node.attach(bob, 2)).toEqual({ live: ["E", 4] });
  await written.write("ana", post("5"));
  await node.settle();
  expect(bob.seqs).toEqual([3, 4, 5]);
});

test("the same from documents alone, and from documents and log together", async () => {
  for (const projected of [2, 4]) {
    const written = await groupOfTwo();
    for (let seq = 2; seq <= 4; seq++) {
      await written.write("ana", post(String(seq)));
      if (seq === projected) await written.project();
    }
    const bob = new Reader("bob");
    await nodeOf(written).attach(bob, 1);
    expect(bob.seqs).toEqual([2, 3, 4]);
  }
});

test("two records that were swapped on their way reach readers in order", async () => {
  const written = await groupOfTwo();
  let kept: LogRecord | null = null;
  const node = nodeOf(written, (deliver) => (record) => {
    if (record.from === 2) kept = record;
    else {
      deliver(record);
      if (kept !== null) deliver(kept);
      kept = null;
    }
  });
  const bob = new Reader("bob");
  await node.attach(bob, 1);
  await written.write("ana", post("2"), post("3"), post("4"));
  await node.settle();
  expect(bob.seqs).toEqual([2, 3, 4]);
});

test("a record that was lost on its way is repaired from the log", async () => {
  const written = await groupOfTwo();
  const node = nodeOf(written, (deliver) => (record) => {
    if (record.from !== 3) deliver(record);
  });
  const bob = new Reader("bob");
  await node.attach(bob, 1);
  await written.write("ana", post("2"), post("3"), post("4"));
  await node.settle();
  expect(bob.seqs).toEqual([2, 3, 4]);
});

test("a record that was lost at the end is found when heads are compared", async () => {
  const written = await groupOfTwo();
  const node = nodeOf(written, (deliver) => (record) => {
    if (record.from !== 2) deliver(record);
  });
  const bob = new Reader("bob");
  await node.attach(bob, 1);
  await written.write("ana", post("2"));
  await node.settle();
  expect(bob.seqs).toEqual([]);
  written.platform.advance(1_000);
  await node.settle();
  // It had its time to arrive.
  written.platform.advance(20);
  await node.settle();
  expect(bob.seqs).toEqual([2]);
});

test("a record that comes twice is handed out once", async () => {
  const written = await groupOfTwo();
  const node = nodeOf(written, (deliver) => (record) => {
    deliver(record);
    deliver(record);
  });
  const bob = new Reader("bob");
  await node.attach(bob, 1);
  await written.write("ana", post("2"), post("3"));
  await node.settle();
  expect(bob.seqs).toEqual([2, 3]);
});

test("a removed member gets the lines up to and with the removal, and nothing after it", async () => {
  const written = await groupOfTwo();
  const node = nodeOf(written);
  const [ana, bob] = [new Reader("ana"), new Reader("bob")];
  await node.attach(ana, 1);
  await node.attach(bob, 1);
  await written.write("ana", post("2"), removeBob, post("4"));
  await node.settle();
  expect(ana.seqs).toEqual([2, 3, 4]);
  expect(bob.seqs).toEqual([2, 3]);
  expect(bob.ends).toEqual(["left"]);
});

test("who was removed while away is served up to the removal, and isn't live", async () => {
  const written = await groupOfTwo();
  await written.write("ana", post("2"), removeBob, post("4"));
  const bob = new Reader("bob");
  expect(await nodeOf(written).attach(bob, 1)).toEqual({ refused: "left" });
  expect(bob.seqs).toEqual([2, 3]);
});

test("nobody is attached by a sight that is older than the feed", async () => {
  const written = await groupOfTwo();
  const node = nodeOf(written);
  const bob = new Reader("bob");
  const old = await node.now(room, "bob");
  await written.write("ana", removeBob, post("secret"));
  await expect(node.attach(bob, 1, "E", async () => old)).rejects.toThrow(Unavailable);
  await node.settle();
  expect(bob.frames.join()).not.toContain("secret");
});

test("what was before one's joining, or between two memberships, is void", async () => {
  const written = await groupOfTwo("joined");
  await written.write("ana", post("2"), removeBob, post("4"), post("5"), addBob, post("7"));
  const bob = new Reader("bob");
  await nodeOf(written).attach(bob, 1);
  expect(bob.seqs).toEqual([2, 3, [4, 5], 6, 7]);
});

test("a stranger is told the same of a room that is and of one that isn't", async () => {
  const written = await groupOfTwo();
  const node = nodeOf(written);
  const eve = new Reader("eve");
  expect(await node.attach(eve, 0)).toEqual({ refused: "not-found" });
  expect(eve.frames).toEqual([]);
  expect(node.feeds.size).toBe(0);
});

test("too far behind is said: the missing range by name, then the newest page", async () => {
  const written = await groupOfTwo();
  const head = limits.resumeEventsMax + 10;
  await written.write("ana", ...Array.from({ length: head - 1 }, (_, i) => post(String(i))));
  const bob = new Reader("bob");
  expect(await nodeOf(written).attach(bob, 2)).toEqual({ live: ["E", head] });
  const to = head - limits.newestPage;
  expect(bob.others).toEqual([expect.objectContaining({ t: "limited", from: 3, to, head })]);
  expect(bob.seqs).toEqual(Array.from({ length: limits.newestPage }, (_, i) => to + 1 + i));
});

test("a cursor above the head is void", async () => {
  expect(await nodeOf(await groupOfTwo()).attach(new Reader("bob"), 9)).toEqual({ void: true });
});

test("a cursor of another epoch is said, and the room begins anew", async () => {
  const written = await groupOfTwo();
  await written.write("ana", post("2"));
  const bob = new Reader("bob");
  expect(await nodeOf(written).attach(bob, 1, "F")).toEqual({ live: ["E", 2] });
  expect(bob.others).toEqual([{ t: "epoch", room, epoch: "E" }]);
  expect(bob.seqs).toEqual([1, 2]);
});

test("a slice and the feed's memory hold no text whose deletion is known", async () => {
  const written = await groupOfTwo();
  const node = nodeOf(written);
  const ana = new Reader("ana");
  await node.attach(ana, 1);
  await written.write("ana", post("secret"), { kind: "edited", target: 2, text: "secret too" });
  await node.settle();
  await written.write("ana", { kind: "deleted", target: 2, author: "ana" });
  await node.settle();
  const bob = new Reader("bob");
  await node.attach(bob, 1);
  expect(bob.entries.map(({ kind }) => kind)).toEqual(["tombstone", "tombstone", "deleted"]);
  expect(bob.frames.join()).not.toContain("secret");
});

const long = post("x".repeat(limits.textBytesMax));
const longOnes = (bytes: number) => Array.from({ length: bytes / limits.textBytesMax + 1 }, () => long);

test("who is held while so much comes live is let go as slow: records that wait for one reader cost memory", async () => {
  const written = await groupOfTwo();
  const node = nodeOf(written);
  const bob = new Reader("bob");
  const { feed } = await node.feeds.hold(room, bob);
  await written.write("ana", ...longOnes(limits.heldBytesMax / 2));
  await node.settle();
  expect(feed.isAttached(bob)).toBe(true);
  await written.write("ana", ...longOnes(limits.heldBytesMax / 2));
  await node.settle();
  expect(bob.ends).toEqual(["slow"]);
});

test("a feed remembers so many bytes, and what it forgot is read from documents and log without reading twice", async () => {
  const written = await groupOfTwo();
  const node = nodeOf(written);
  await node.attach(new Reader("ana"), 1);
  const head = await written.write("ana", ...longOnes(4 * limits.ringBytesMax));
  await node.settle();
  const feed = node.feeds.get(room);
  const reads = node.feeds.reads;
  const kept = limits.ringBytesMax / limits.textBytesMax / 2;
  expect(await feed?.recall(head - kept, head)).toHaveLength(kept);
  expect(await feed?.recall(1, head)).toBeNull();
  expect(node.feeds.reads).toBe(reads);
  const bob = new Reader("bob");
  await node.attach(bob, 1);
  expect(bob.seqs).toEqual(Array.from({ length: head - 1 }, (_, i) => i + 2));
});

test("long lines are sent in slices, each of them read about once", async () => {
  const written = await groupOfTwo();
  const head = await written.write("ana", ...longOnes(8 * limits.resumeBytesMax));
  await written.project();
  const read = written.counted("range");
  const bob = new Reader("bob");
  await nodeOf(written).attach(bob, 1);
  expect(bob.seqs).toHaveLength(head - 1);
  expect(read.rows).toBeLessThan(4 * head);
});

test("a node that stopped asks the log nothing more", async () => {
  const written = await groupOfTwo();
  const node = nodeOf(written);
  await node.attach(new Reader("bob"), 1);
  node.feeds.stop();
  written.log.heads = () => Promise.reject(new Error("the log is closed"));
  written.platform.advance(60_000);
  await node.settle();
  expect(node.faults).toEqual([]);
});
