import { describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import { diskFailureExitCode } from "../../../../src/store/sqlite/fatal.ts";
import { openEmbedded } from "../../../../src/store/sqlite/open.ts";
import { temporaryFolder, unexpected } from "../../../contract/embedded.ts";

const root = resolve(import.meta.dir, "../../../..");

/** Runs a program whose files may not grow above 1–2 MB: then writes fail as on a broken disk (EFBIG, not ENOSPC). */
async function onBrokenDisk(dir: string, program: string) {
  const imports = `
    import { openEmbedded } from "${root}/src/store/sqlite/open.ts";
    import { endProcess } from "${root}/src/store/sqlite/fatal.ts";
    const draft = (seq) => ({ epoch: "e", from: seq, count: 1, at: seq, frame: "x".repeat(10_000), server: "{}" });
    const dir = ${JSON.stringify(dir)};`;
  const limited = `trap '' XFSZ; ulimit -f 2000; exec "$0" -e "$1"`;
  const child = Bun.spawn(["sh", "-c", limited, process.execPath, imports + program], { stderr: "pipe" });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, out: out.trim().split("\n"), err };
}

describe("a disk that fails", () => {
  test("ends the process with one line, and what was acknowledged is there", async () => {
    using folder = temporaryFolder();
    const { code, out, err } = await onBrokenDisk(
      folder.dir,
      `const { log } = await openEmbedded({ dir, fatal: endProcess });
       for (let seq = 1, position = 0; ; seq++) console.log((position = await log.append("r", position, draft(seq))));`,
    );
    expect(code).toBe(diskFailureExitCode);
    expect(err).toMatch(/^starling: the disk failed: [^\n]+\n$/);
    await using embedded = await openEmbedded({ dir: folder.dir, fatal: unexpected });
    const [head] = await embedded.log.heads(["r"]);
    expect(out.length).toBeGreaterThan(10);
    expect(head?.seq).toBeGreaterThanOrEqual(out.length);
  });

  test("leaves the outcome of what was under way unknown, and takes nothing more", async () => {
    using folder = temporaryFolder();
    const { out } = await onBrokenDisk(
      folder.dir,
      `const { log } = await openEmbedded({ dir, fatal: () => console.log("fatal") });
       for (let seq = 1, position = 0; ; seq++) {
         const result = await log.append("r", position, draft(seq)).catch((error) => error);
         if (typeof result !== "number") { console.log(result.name); break; }
         position = result;
       }
       await log.append("s", 0, draft(1)).catch((error) => console.log(error.name));
       process.exit(0);`,
    );
    expect(out).toEqual(["fatal", "UnknownOutcome", "Unavailable"]);
  });
});
