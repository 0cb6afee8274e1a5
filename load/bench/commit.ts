/** What one durable commit takes on this disk, without anything else: the part of an ack that no server can save. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openWriting } from "../../src/store/sqlite/connection.ts";

const commits = 300;

export interface Commits {
  /** Of each commit. */
  ms: number[];
  /** µs of CPU that one takes, this process' and the kernel's for it. */
  cpu: number;
}

/** Some hundred commits of one small row, one every `everyMs`: a disk that rests in between is another one. */
export async function measureCommits(everyMs: number): Promise<Commits> {
  const dir = mkdtempSync(join(tmpdir(), "starling-commit-"));
  const db = openWriting(join(dir, "commit.db"));
  try {
    db.run("CREATE TABLE record (position INTEGER PRIMARY KEY, frame TEXT NOT NULL)");
    const insert = db.prepare<null, [string]>("INSERT INTO record (frame) VALUES (?)");
    const frame = "x".repeat(400);
    const ms: number[] = [];
    const used = { user: 0, system: 0 };
    for (let i = 0; i < commits; i++) {
      await Bun.sleep(everyMs);
      const before = process.cpuUsage();
      const began = performance.now();
      insert.run(frame);
      ms.push(performance.now() - began);
      const { user, system } = process.cpuUsage(before);
      used.user += user;
      used.system += system;
    }
    return { ms, cpu: (used.user + used.system) / commits };
  } finally {
    db.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
