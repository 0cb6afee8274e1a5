import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import type { Platform } from "../../../actors/runtime/platform.ts";
import { doctorCommand } from "../../../src/cli/doctor.ts";
import { exportCommand } from "../../../src/cli/export.ts";
import { type Config, readConfig } from "../../../src/config.ts";
import { findingsOf, sentenceOf } from "../../../src/doctor/finding.ts";
import { probeFolder } from "../../../src/doctor/folder.ts";
import { folderChecks } from "../../../src/doctor/folder-checks.ts";
import { platform } from "../../../src/platform.ts";
import { openTemporary, temporaryFolder } from "../../contract/embedded.ts";
import { created, posted } from "../../contract/writes.ts";

const configOf = (dir: string): Config => readConfig({ STARLING_DATA: dir });
const now = 1_800_000_000_000;
const at = (time: number): Platform => ({ ...platform, now: () => time });

/** A folder with a room in it, at rest. */
async function filled(newest = now): Promise<Disposable & { dir: string; path: string }> {
  const folder = temporaryFolder();
  const dir = `${folder.dir}/data`;
  const temporary = await openTemporary({ dir });
  await temporary.embedded.store.projection.apply([{ ...created(), at: newest }, posted(1, "ana", "birds")]);
  await temporary[Symbol.asyncDispose]();
  return { dir, path: `${dir}/starling.db`, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** The one line that it says, which ends with exit code 1. */
async function complaint(dir: string, time = now): Promise<string> {
  const { exitCode, says } = await doctorCommand([], configOf(dir), at(time));
  expect(exitCode).toBe(1);
  expect(says.split("\n")).toHaveLength(1);
  expect(says).toMatch(/^[A-Z].*: .+; .+\.$/);
  return says;
}

test("a folder in which nothing is wrong, and one that isn't there yet, are well", async () => {
  using folder = await filled();
  expect(await doctorCommand([], configOf(folder.dir), at(now))).toMatchObject({ exitCode: 0 });
  // Perhaps STARLING_DATA is misspelt.
  expect(await doctorCommand([], configOf(`${folder.dir}/none`), at(now))).toEqual({
    exitCode: 0,
    says: `nothing is wrong with ${folder.dir}/none; no server has made a database in it yet`,
  });
});

test("beside a running server all is looked at, and that it runs is nothing wrong", async () => {
  await using temporary = await openTemporary();
  const { projection } = temporary.embedded.store;
  await projection.apply([{ ...created(), at: now }]);
  expect(await doctorCommand([], configOf(temporary.dir), at(now))).toEqual({
    exitCode: 0,
    says: `nothing is wrong with ${temporary.dir}; another process holds it, as a running server does`,
  });
  // What it wrote a moment ago is still in the write-ahead log.
  await projection.apply([{ ...created("later"), at: now + 3_600_000 }]);
  expect(await complaint(temporary.dir)).toContain("clock is 60 min behind the newest message");
});

test("a folder that can't be written isn't taken for one that a server holds", async () => {
  using folder = temporaryFolder();
  mkdirSync(`${folder.dir}/lock.db`);
  await expect(doctorCommand([], configOf(folder.dir), at(now))).rejects.toThrow("can't be written");
});

test("a damaged database is named, whether its head or its middle is hit", async () => {
  using folder = await filled();
  const bytes = Buffer.from(await Bun.file(folder.path).arrayBuffer());
  writeFileSync(
    folder.path,
    Buffer.concat([bytes.subarray(0, 8_192), Buffer.alloc(20_000, 7), bytes.subarray(28_192)]),
  );
  expect(await complaint(folder.dir)).toContain("is damaged");
  writeFileSync(folder.path, Buffer.alloc(20_000, 7));
  expect(await complaint(folder.dir)).toContain("is damaged");
});

test("another program's database, and a newer Starling's, are left alone", async () => {
  using folder = temporaryFolder();
  mkdirSync(`${folder.dir}/foreign`);
  const foreign = new Database(`${folder.dir}/foreign/starling.db`);
  foreign.run("CREATE TABLE things (id INTEGER)");
  foreign.close();
  expect(await complaint(`${folder.dir}/foreign`)).toContain("is not Starling's");

  using own = await filled();
  const newer = new Database(own.path);
  newer.run("PRAGMA user_version = 99");
  newer.close();
  expect(await complaint(own.dir)).toContain("schema version 99");
});

test("a clock an hour behind the newest message is seen, and so is one that was an hour ahead when it was stamped", async () => {
  using folder = await filled(now + 3_600_000);
  expect(await complaint(folder.dir)).toContain("clock is 60 min behind the newest message");
});

test("a long silence says nothing of the clock", async () => {
  using folder = await filled(now - 3_600_000);
  expect(await doctorCommand([], configOf(folder.dir), at(now))).toMatchObject({ exitCode: 0 });
});

test("a closed installation says where its users are", async () => {
  using folder = await filled();
  const file = `${folder.dir}/chat.starling`;
  expect(await exportCommand([file, "--final"], configOf(folder.dir), at(now), "1.0.0")).toMatchObject({
    exitCode: 0,
  });
  expect(await complaint(folder.dir)).toContain("closed by `starling export --final`");
});

test("a disk that is about full is said so, with what is left", async () => {
  using folder = await filled();
  const facts = { ...probeFolder(folder.dir, now), freeBytes: 3 * 1_048_576 };
  expect(findingsOf(facts, folderChecks).map(sentenceOf)).toEqual([
    expect.stringContaining(`The disk under ${folder.dir} has 3 MiB left: messages are refused`),
  ]);
  expect(probeFolder(folder.dir, now).freeBytes).toBeGreaterThan(3 * 1_048_576);
});
