import { describe, expect, test } from "bun:test";
import { readTrace } from "../../load/crash/trace.ts";

const wal = "/data/starling.db-wal";
const read = (...lines: string[]) => readTrace(lines.join("\n"), (path) => path === wal);
const dirty = (...lines: string[]) => read(...lines).files.get(wal)?.dirty;
const write = (offset: number, bytes = 10) =>
  `7  pwrite64(11<${wal}>, ""..., ${bytes}, ${offset}) = ${bytes}`;
const sync = `7  fsync(11<${wal}>) = 0`;

describe("what a power cut may take", () => {
  test("is what no completed sync has covered", () => {
    expect(dirty(write(0), write(10), sync, write(20, 4_096))).toEqual([{ offset: 20, bytes: 4_096 }]);
  });

  test("includes what was written while a sync was under way, in another thread too", () => {
    const began = `8  fdatasync(11<${wal}> <unfinished ...>`;
    const ended = "8  <... fdatasync resumed>)             = 0";
    expect(dirty(write(0), began, write(10), ended)).toEqual([{ offset: 10, bytes: 10 }]);
  });

  test("includes what a sync would have covered that the kill cut short, and a write that never returned", () => {
    const cut = `7  pwrite64(11<${wal}>, ""..., 24, 50 <unfinished ...>`;
    const began = `8  fsync(11<${wal}> <unfinished ...>`;
    const never = "8  <... fsync resumed> <unfinished ...>) = ?";
    expect(dirty(write(0), began, cut, never)).toEqual([
      { offset: 0, bytes: 10 },
      { offset: 50, bytes: 24 },
    ]);
  });

  test("is lost for good under a failed sync, until it is written again", () => {
    const failed = `7  fsync(11<${wal}>) = -1 EIO (Input/output error) (INJECTED)`;
    const trace = read(write(0), write(10), failed, write(0), sync);
    expect(trace.files.get(wal)).toEqual({ dirty: [], lost: [{ offset: 10, bytes: 10 }] });
    expect([trace.syncs, trace.failedSyncs]).toEqual([2, 1]);
  });

  test("goes with the file when that is removed or cut", () => {
    expect(dirty(write(0), `7  unlink("${wal}") = 0`, write(5))).toEqual([{ offset: 5, bytes: 10 }]);
    expect(dirty(write(0), write(90), `7  ftruncate(11<${wal}>, 50) = 0`)).toEqual([
      { offset: 0, bytes: 10 },
    ]);
  });

  test("knows nothing of other files", () => {
    expect(read(write(0).replace(wal, "/data/acks"), `7  fsync(3</data/acks>) = 0`)).toMatchObject({
      syncs: 0,
    });
  });
});
