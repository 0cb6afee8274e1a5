import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from "node:fs";
import { checkCommand } from "../../../../src/cli/check.ts";
import { UnusableFolder } from "../../../../src/store/sqlite/errors.ts";
import { migrations } from "../../../../src/store/sqlite/migrations.ts";
import { prepare } from "../../../../src/store/sqlite/prepare.ts";
import { temporaryFolder } from "../../../contract/embedded.ts";

describe("preparing a database", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  beforeEach(() => {
    folder = temporaryFolder();
    path = `${folder.dir}/starling.db`;
  });
  afterEach(() => folder[Symbol.dispose]());

  const ask = (sql: string) => {
    using db = new Database(path);
    return db.query<Record<string, unknown>, []>(sql).all();
  };

  test("an empty folder gets the newest schema, and a second start changes nothing", () => {
    prepare(path);
    const schema = ask("SELECT sql FROM sqlite_schema ORDER BY name");
    expect(ask("PRAGMA user_version")).toEqual([{ user_version: migrations.length }]);
    prepare(path);
    expect(ask("SELECT sql FROM sqlite_schema ORDER BY name")).toEqual(schema);
  });

  test("from any older version only the missing steps run, and the rows stay", () => {
    const steps = ["CREATE TABLE t (a TEXT)", "ALTER TABLE t ADD COLUMN b TEXT DEFAULT 'new'"];
    prepare(path, steps.slice(0, 1));
    ask("INSERT INTO t (a) VALUES ('old')");
    prepare(path, steps);
    expect(ask("SELECT a, b FROM t")).toEqual([{ a: "old", b: "new" }]);
    expect(ask("PRAGMA user_version")).toEqual([{ user_version: 2 }]);
  });

  test("a step that fails leaves the version before it, whole", () => {
    const good = "CREATE TABLE t (a TEXT)";
    expect(() => prepare(path, [good, "CREATE TABLE u (a TEXT); CREATE TABLE t (a TEXT)"])).toThrow();
    expect(ask("PRAGMA user_version")).toEqual([{ user_version: 1 }]);
    expect(ask("SELECT name FROM sqlite_schema")).toEqual([{ name: "t" }]);
  });

  test("a newer database is refused, and nothing in it is touched", () => {
    prepare(path, [...migrations, "CREATE TABLE later (a TEXT)"]);
    expect(() => prepare(path)).toThrow(UnusableFolder);
    expect(() => prepare(path)).toThrow(
      `version ${migrations.length + 1}, this program knows ${migrations.length}: use a newer program`,
    );
    expect(ask("PRAGMA user_version")).toEqual([{ user_version: migrations.length + 1 }]);
  });

  test("somebody else's database is refused, and left as it is", () => {
    ask("CREATE TABLE theirs (a TEXT)");
    const bytes = readFileSync(path);
    expect(() => prepare(path)).toThrow(/is not a Starling database/);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test("a file that is no database is refused", () => {
    writeFileSync(path, "this is a letter, not a database. ".repeat(500));
    expect(() => prepare(path)).toThrow(/is damaged: .*restore a backup/);
  });

  /** A table of many pages, the last of which is overwritten. */
  function damage() {
    prepare(path);
    using db = new Database(path);
    const insert = db.prepare("INSERT INTO secrets (name, value) VALUES (?, ?)");
    db.transaction(() => {
      for (let i = 0; i < 2_000; i++) insert.run(`name ${i}`, "x".repeat(50));
    })();
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    db.close();
    const file = openSync(path, "r+");
    // The last page is a leaf of the table that was just filled.
    writeSync(file, Buffer.alloc(4_096, 0xff), 0, 4_096, statSync(path).size - 4_096);
    closeSync(file);
  }

  test("a damaged database is refused", () => {
    damage();
    expect(() => prepare(path)).toThrow(/is damaged: .*restore a backup/);
  });

  test("a database too large to look through starts at once; starling check finds its damage", () => {
    damage();
    prepare(path, migrations, statSync(path).size - 1);
    expect(checkCommand({ cluster: null, data: folder.dir })).toEqual({
      exitCode: 1,
      says: expect.stringMatching(/is damaged: .*; restore a backup$/),
    });
  });

  test("starling check says so when there is nothing wrong, or nothing at all", () => {
    expect(checkCommand({ cluster: null, data: folder.dir })).toMatchObject({ exitCode: 1 });
    prepare(path);
    expect(checkCommand({ cluster: null, data: folder.dir })).toEqual({
      exitCode: 0,
      says: `${path} is sound`,
    });
    const cluster = { nats: "nats://one:4222", mongo: "mongodb://one/starling" };
    expect(checkCommand({ cluster, data: folder.dir })).toEqual({
      exitCode: 1,
      says: expect.stringContaining("name a cluster"),
    });
  });
});
