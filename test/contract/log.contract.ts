import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Fenced, type Log, type LogRecord, type RecordDraft } from "../../actors/ports.ts";
import { frameOf } from "../../actors/room/frame.ts";
import { errorOf } from "./error-of.ts";

export interface LogHarness extends AsyncDisposable {
  log: Log;
  /** Closes the log and opens it again; a string says why this log can't. */
  reopen: (() => Promise<Log>) | string;
  /** Why this log drops nothing when it is told to trim. Default: it does. */
  keeps?: string;
}

const bytesMax = 1_000_000;

/** A record of `count` posts from a seq; 0 closes a cid only. */
export function draft(room: string, from: number, count = 1, at = 1_000 + from): RecordDraft {
  const seqs = Array.from({ length: count }, (_, i) => from + i);
  const lines = seqs.map(
    (seq) => `{"seq":${seq},"at":${at},"ord":${seq},"by":"ana","kind":"posted","text":"ü"}`,
  );
  return {
    epoch: "e1",
    from,
    count,
    at,
    frame: count === 0 ? "" : frameOf(room, "e1", from, lines),
    server: JSON.stringify({ parts: seqs.map(() => ({ by: "ana" })) }),
  };
}

/** Three rooms of one stream. */
function together(log: Log): [string, string, string] {
  const rooms = Array.from({ length: 100 }, (_, i) => `t${i}`);
  const [a = "", b = "", c = ""] = rooms.filter((room) => log.streamOf(room) === log.streamOf("t0"));
  return [a, b, c];
}

/** What every Log must do. */
export function logContract(name: string, open: () => Promise<LogHarness>): void {
  describe(`log: ${name}`, () => {
    let harness: LogHarness;
    let log: Log;
    beforeEach(async () => {
      harness = await open();
      log = harness.log;
    });
    afterEach(() => harness[Symbol.asyncDispose]());

    /** Appends one record after another; the positions. */
    async function fill(room: string, records: number, count = 1): Promise<number[]> {
      const [head] = await log.heads([room]);
      let { position, seq } = head ?? { position: 0, seq: 0 };
      const positions: number[] = [];
      for (let i = 0; i < records; i++, seq += count) {
        position = await log.append(room, position, draft(room, seq + 1, count));
        positions.push(position);
      }
      return positions;
    }

    test("an unknown room has head 0", async () => {
      expect(await log.heads(["r"])).toEqual([{ position: 0, seq: 0 }]);
    });

    test("a room that was never made has no epoch: its records, which close cids, are read back whole", async () => {
      const never = { ...draft("r", 1, 0), epoch: "" };
      const position = await log.append("r", 0, never);
      expect(await log.tail("r", 0, bytesMax)).toEqual([{ ...never, room: "r", position, prev: 0 }]);
    });

    test("what was appended is read back whole", async () => {
      const first = await log.append("r", 0, draft("r", 1, 2));
      const second = await log.append("r", first, draft("r", 3));
      expect(await log.tail("r", 0, bytesMax)).toEqual([
        { ...draft("r", 1, 2), room: "r", position: first, prev: 0 },
        { ...draft("r", 3), room: "r", position: second, prev: first },
      ]);
      expect(await log.heads(["r"])).toEqual([{ position: second, seq: 3 }]);
    });

    test("an append that expects another head is fenced and writes nothing", async () => {
      const [position = 0] = await fill("r", 1);
      for (const expected of [0, position - 1, position + 1]) {
        expect(await errorOf(log.append("r", expected, draft("r", 2)))).toBeInstanceOf(Fenced);
      }
      await fill("other", 1);
      expect(await log.heads(["r"])).toEqual([{ position, seq: 1 }]);
      expect(await log.tail("r", 0, bytesMax)).toHaveLength(1);
    });

    test("of many writers with the same expectation exactly one wins", async () => {
      for (let round = 0, expected = 0; round < 20; round++) {
        const races = Array.from({ length: 10 }, () => log.append("r", expected, draft("r", round + 1)));
        const results = await Promise.allSettled(races);
        const won = results.filter((result) => result.status === "fulfilled");
        const fenced = results.filter(
          (result) => result.status === "rejected" && result.reason instanceof Fenced,
        );
        expect([won.length, fenced.length]).toEqual([1, 9]);
        expected = won[0]?.value ?? 0;
      }
      expect((await log.heads(["r"]))[0]?.seq).toBe(20);
    });

    test("a fenced append does not harm those beside it", async () => {
      const results = await Promise.allSettled([
        log.append("a", 0, draft("a", 1)),
        log.append("b", 99, draft("b", 1)),
        log.append("c", 0, draft("c", 1)),
      ]);
      expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect((await log.heads(["a", "b", "c"])).map(({ seq }) => seq)).toEqual([1, 0, 1]);
    });

    test("a record without events moves the position, never the seq", async () => {
      const [first = 0] = await fill("r", 1, 3);
      const closed = await log.append("r", first, draft("r", 4, 0));
      expect(closed).toBeGreaterThan(first);
      expect(await log.heads(["r"])).toEqual([{ position: closed, seq: 3 }]);
      expect(await log.append("r", closed, draft("r", 4))).toBeGreaterThan(closed);
    });

    test("heads come in the order that was asked for, doubles included", async () => {
      const [a = 0] = await fill("a", 1);
      const [b = 0] = await fill("b", 1);
      const heads = await log.heads(["b", "none", "a", "b"]);
      expect(heads.map(({ position }) => position)).toEqual([b, 0, a, b]);
    });

    test("positions grow over all rooms of a stream", async () => {
      const [a, b] = together(log);
      const positions = [...(await fill(a, 3)), ...(await fill(b, 3)), ...(await fill(a, 3))];
      expect(positions).toEqual(positions.toSorted((x, y) => x - y));
      expect(new Set(positions).size).toBe(9);
    });

    test("a tail begins after a position and holds one room only", async () => {
      const a = await fill("a", 3);
      await fill("b", 3);
      const more = await fill("a", 2);
      const tail = await log.tail("a", a[1] ?? 0, bytesMax);
      expect(tail.map(({ position }) => position)).toEqual([a[2] ?? 0, ...more]);
      expect(await log.tail("a", more[1] ?? 0, bytesMax)).toEqual([]);
    });

    test("a tail is bounded in bytes, but has at least one record", async () => {
      await fill("r", 10);
      expect(await log.tail("r", 0, 1)).toHaveLength(1);
      const { frame, server } = draft("r", 1);
      const three = 3 * (Buffer.byteLength(frame) + Buffer.byteLength(server));
      expect((await log.tail("r", 0, three)).map(({ from }) => from)).toEqual([1, 2, 3]);
    });

    test("a scan reads a stream across rooms, in pages", async () => {
      const [a, b, c] = together(log);
      const positions = [...(await fill(a, 3)), ...(await fill(b, 3)), ...(await fill(c, 1))];
      for (const room of ["a", "b", "c"]) expect(log.streamOf(room)).toBeLessThan(log.streams);
      const seen: number[] = [];
      for (let stream = 0; stream < log.streams; stream++) {
        for (let after = 0; ; ) {
          const page = await log.scan(stream, after, 2);
          if (page.length === 0) break;
          expect(page.length).toBeLessThanOrEqual(2);
          seen.push(...page.map(({ position }) => position));
          after = seen.at(-1) ?? 0;
        }
      }
      expect(seen).toEqual(positions);
    });

    test("a subscriber gets each record of its room once, in order, whole", async () => {
      const got: LogRecord[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      await log.subscribe("r", (record) => {
        if (got.push(record) === 20) resolve();
      });
      await Promise.all([fill("r", 20, 2), fill("other", 20)]);
      await promise;
      expect(got).toEqual(await log.tail("r", 0, bytesMax));
    });

    test("a subscriber hears of a record only when head and tail show it", async () => {
      const { promise, resolve } = Promise.withResolvers<LogRecord>();
      let seen: Promise<unknown[]> | undefined;
      await log.subscribe("r", (record) => {
        seen = Promise.all([log.heads(["r"]), log.tail("r", 0, bytesMax)]);
        resolve(record);
      });
      const position = await log.append("r", 0, draft("r", 1));
      const record = await promise;
      expect(await seen).toEqual([[{ position, seq: 1 }], [record]]);
    });

    test("a fenced append is never published", async () => {
      const got: number[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      await log.subscribe("r", ({ from }) => {
        got.push(from);
        if (from === 2) resolve();
      });
      const [position = 0] = await fill("r", 1);
      expect(await errorOf(log.append("r", 0, draft("r", 7)))).toBeInstanceOf(Fenced);
      await log.append("r", position, draft("r", 2));
      await promise;
      expect(got).toEqual([1, 2]);
    });

    test("nothing comes after unsubscribing", async () => {
      const got: number[] = [];
      const last = Promise.withResolvers<void>();
      const stop = await log.subscribe("r", ({ from }) => got.push(from));
      await log.subscribe("r", ({ from }) => from === 2 && last.resolve());
      stop();
      await fill("r", 2);
      await last.promise;
      expect(got).toEqual([]);
    });

    test("followers of a stream are woken after each commit, until they stop", async () => {
      const stream = log.streamOf("r");
      let wake = Promise.withResolvers<void>();
      const stop = log.follow(stream, () => wake.resolve());
      /** Followers may be woken for nothing, never too seldom. */
      const seen = async (position: number) => {
        for (let last = 0; last !== position; ) {
          await wake.promise;
          // Before the read: who is woken during it must look again.
          wake = Promise.withResolvers();
          last = (await log.scan(stream, 0, 100)).at(-1)?.position ?? 0;
        }
      };
      for (let seq = 1, position = 0; seq <= 3; seq++) {
        position = await log.append("r", position, draft("r", seq));
        await seen(position);
      }
      stop();
      wake = Promise.withResolvers();
      const other = Promise.withResolvers<void>();
      log.follow(stream, () => other.resolve());
      wake.promise.then(() => other.reject(new Error("woken after stopping")));
      await fill("r", 1);
      await other.promise;
    });

    test("trimming drops what is older and at or below a position, and never moves a head", async () => {
      if (harness.keeps !== undefined) return expect(await keepsAll()).toEqual([0, 3]);
      const old = [...(await fill("r", 3)), ...(await fill("quiet", 1))];
      const [head] = await log.heads(["quiet"]);
      expect(await log.trim(0, 0, old[3] ?? 0)).toBe(0);
      expect(await log.trim(0, 2_000, old[1] ?? 0)).toBe(2);
      expect((await log.tail("r", 0, bytesMax)).map(({ from }) => from)).toEqual([3]);
      expect(await log.trim(0, 2_000, old[3] ?? 0)).toBe(2);
      expect(await log.scan(0, 0, 10)).toEqual([]);
      expect(await log.heads(["quiet"])).toEqual([head ?? { position: 0, seq: 0 }]);
      expect(await errorOf(log.append("quiet", 0, draft("quiet", 1)))).toBeInstanceOf(Fenced);
      const next = await log.append("quiet", head?.position ?? 0, draft("quiet", 2));
      expect(next).toBeGreaterThan(old[3] ?? 0);
    });

    /** What a trimming took, and what is there after it. */
    async function keepsAll(): Promise<number[]> {
      await fill("r", 3);
      const [stream, all] = [log.streamOf("r"), Number.MAX_SAFE_INTEGER];
      return [await log.trim(stream, all, all), (await log.tail("r", 0, bytesMax)).length];
    }

    test("records, heads and positions outlive a restart, after trimming too", async () => {
      // A log in memory says why it can't; the claim is then that it says so.
      if (typeof harness.reopen === "string") return expect(harness.reopen).not.toBe("");
      const [r, s] = together(log);
      const positions = await fill(r, 3);
      const before = await log.tail(r, 0, bytesMax);
      log = await harness.reopen();
      expect(await log.tail(r, 0, bytesMax)).toEqual(before);
      expect(await log.heads([r])).toEqual([{ position: positions[2] ?? 0, seq: 3 }]);
      await log.trim(0, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
      log = await harness.reopen();
      expect(await log.heads([r])).toEqual([{ position: positions[2] ?? 0, seq: 3 }]);
      expect(await log.append(s, 0, draft(s, 1))).toBeGreaterThan(positions[2] ?? 0);
      expect(await errorOf(log.append(r, 0, draft(r, 4)))).toBeInstanceOf(Fenced);
    });
  });
}
