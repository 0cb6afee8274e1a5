/** A copy of the repository to plant bugs in, and what is run there. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const root = join(import.meta.dir, "../..");
/** Most bugs show within it. */
const seedsPart = 100;
const copied = [
  "actors",
  "src",
  "scripts",
  "sdk",
  "web",
  "test",
  "load",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "bunfig.toml",
  "docs",
];

export interface Run {
  /** Names of failed tests. */
  failed: string[];
  passed: number;
  /** The runner came to its end. */
  complete: boolean;
}

/** What bugs show in. `twins`: memory and SQLite; real servers would take minutes each. `real`: those servers too. */
export type Parts = "twins" | "real";

/** Longest that a test may take; against real servers, elections included. */
const testMs = { twins: 10_000, real: 120_000 } as const;

export class Tree implements AsyncDisposable {
  readonly #dir: string;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static async make(): Promise<Tree> {
    const dir = await mkdtemp(join(tmpdir(), "starling-mutants-"));
    for (const name of copied) await cp(join(root, name), join(dir, name), { recursive: true });
    await symlink(join(root, "node_modules"), join(dir, "node_modules"));
    return new Tree(dir);
  }

  /** Replaces text in a file; the returned function takes it back. */
  async patch(file: string, from: string, to: string): Promise<() => Promise<void>> {
    const path = join(this.#dir, file);
    const text = await readFile(path, "utf8");
    await writeFile(
      path,
      text.replace(from, () => to),
    );
    return () => writeFile(path, text);
  }

  async typeChecks(): Promise<boolean> {
    // One file changes at a time: all but the first check take a third of it.
    const kept = ["--incremental", "--tsBuildInfoFile", ".tsbuildinfo"];
    const { code } = await this.#run(["node_modules/.bin/tsc", "--noEmit", ...kept]);
    return code === 0;
  }

  /** Nothing to run is a run without failures. */
  async test(files: readonly string[], parts: Parts): Promise<Run> {
    if (files.length === 0) return { failed: [], passed: 0, complete: true };
    const args = ["--timeout", String(testMs[parts]), ...files.map((file) => `./${file}`)];
    const { output } = await this.#run(["test", ...args], parts);
    const lines = output.split("\n");
    const marked = (mark: string) =>
      lines.flatMap((line) =>
        line.startsWith(`(${mark}) `) ? [line.slice(7).replace(/ \[[\d.]+m?s\]$/, "")] : [],
      );
    return {
      failed: [...new Set(marked("fail"))],
      passed: marked("pass").length,
      complete: /^Ran \d+ tests/m.test(output),
    };
  }

  /** Rules that the simulator sees broken, e.g. `C7`: plays `seeds` of them, a part at a time, until this one is. */
  async simulate(rule: string, seeds: number): Promise<Set<string>> {
    const broken = new Set<string>();
    for (let from = 1; from <= seeds && !broken.has(rule); from += seedsPart) {
      const { output } = await this.#run([
        "load/sim.ts",
        "--from",
        String(from),
        "--seeds",
        String(seedsPart),
      ]);
      for (const [, name = ""] of output.matchAll(/^ {2}(C\d+) /gm)) broken.add(name);
    }
    return broken;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #run(args: string[], parts: Parts = "twins"): Promise<{ code: number; output: string }> {
    const child = Bun.spawn([process.execPath, ...args], {
      cwd: this.#dir,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: {
        ...process.env,
        PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ""}`,
        ...(parts === "twins" ? { STARLING_PARTS: "none", CI: "" } : {}),
      },
    });
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    return { code: await child.exited, output: out + err };
  }
}
