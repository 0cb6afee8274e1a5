/** What one durable commit takes on this disk, without anything else: the part of an ack that no server can save. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openWriting } from "../../src/store/sqlite/connection.ts";

const commits = 300;

/** Milliseconds of each of some hundred commits of one small row. */
export function measureCommit(): number[] {
  const dir = mkdtempSync(join(tmpdir(), "starling-commit-"));
  const db = openWriting(join(dir, "commit.db"));
  try {
    db.run("CREATE TABLE record (position INTEGER PRIMARY KEY, frame TEXT NOT NULL)");
    const insert = db.prepare<null, [string]>("INSERT INTO record (frame) VALUES (?)");
    const frame = "x".repeat(400);
    return Array.from({ length: commits }, () => {
      const began = performance.now();
      insert.run(frame);
      return performance.now() - began;
    });
  } finally {
    db.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
