import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { backupCommand } from "../../../../src/cli/backup.ts";
import { backup } from "../../../../src/store/sqlite/backup.ts";
import { UnusableFolder } from "../../../../src/store/sqlite/errors.ts";
import { openEmbedded } from "../../../../src/store/sqlite/open.ts";
import { openTemporary, temporaryFolder, unexpected } from "../../../contract/embedded.ts";
import { draft } from "../../../contract/log.contract.ts";

describe("a backup", () => {
  test("of a live server holds everything that was acknowledged, and a server starts from it", async () => {
    await using temporary = await openTemporary();
    const { log } = temporary.embedded;
    const first = await log.append("r", 0, draft("r", 1));
    const target = `${temporary.dir}/backups/monday`;
    backup(temporary.dir, target, 77);
    const second = await log.append("r", first, draft("r", 2));

    await using restored = await openEmbedded({ dir: target, fatal: unexpected });
    expect(await restored.log.heads(["r"])).toEqual([{ position: first, seq: 1 }]);
    expect(await log.heads(["r"])).toEqual([{ position: second, seq: 2 }]);
  });

  test("never overwrites a database, and leaves nothing half done behind", async () => {
    await using temporary = await openTemporary();
    const target = `${temporary.dir}/backup`;
    backup(temporary.dir, target, 1);
    expect(() => backup(temporary.dir, target, 2)).toThrow(UnusableFolder);
    expect(readdirSync(target)).toEqual(["starling.db"]);
  });

  test("of a folder without a database is refused, and makes none", () => {
    using folder = temporaryFolder();
    expect(() => backup(folder.dir, `${folder.dir}/backup`, 1)).toThrow(/holds no starling.db/);
    expect(existsSync(`${folder.dir}/starling.db`)).toBe(false);
  });
});

describe("starling backup", () => {
  test("says what it did, and what it can't do", async () => {
    await using temporary = await openTemporary();
    const target = `${temporary.dir}/backup`;
    const config = { cluster: null, data: temporary.dir };
    expect(backupCommand([target], config, 1)).toEqual({
      exitCode: 0,
      says: expect.stringMatching(/^0\.\d MiB copied to /),
    });
    expect(backupCommand([target], config, 1)).toEqual({
      exitCode: 1,
      says: `${target} already holds a database`,
    });
    expect(backupCommand([], config, 1).exitCode).toBe(2);
    expect(backupCommand(["a", "b"], config, 1).exitCode).toBe(2);
    expect(backupCommand(["--help"], config, 1).exitCode).toBe(2);
  });

  test("in the environment of a cluster copies nothing: the folder isn't where its data lies", async () => {
    await using temporary = await openTemporary();
    const target = `${temporary.dir}/backup`;
    const cluster = { nats: "nats://one:4222", mongo: "mongodb://one/starling" };
    const { exitCode, says } = backupCommand([target], { cluster, data: temporary.dir }, 1);
    expect([exitCode, says]).toEqual([1, expect.stringContaining("back MongoDB up by its own means")]);
    expect(existsSync(target)).toBe(false);
  });
});
