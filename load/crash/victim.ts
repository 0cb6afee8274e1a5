/** The writer as a process of its own, under strace or not. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { databaseFile } from "../../src/store/sqlite/open.ts";
import { type Ack, readAcks } from "./acks.ts";
import { readTrace, straceArguments, type Trace } from "./trace.ts";

export interface VictimOptions {
  /** Where everything of this round and those before it lies. */
  folder: string;
  seed: number;
  /** strace watches it; default: no. */
  traced?: boolean;
  /** The how manieth sync of a thread fails with EIO; default: none. */
  failingSync?: number;
  careless?: boolean;
}

const pollMs = 5;
/** Microseconds before each sync, as on a slow disk: so that a kill often finds something that isn't synced. */
const slowDisk = "delay_enter=3000";

export class Victim {
  readonly #child: Bun.Subprocess<"ignore", "ignore", "pipe">;
  readonly #folder: string;
  readonly #known: number;
  readonly #traced: boolean;

  constructor({ folder, seed, traced = false, failingSync, careless = false }: VictimOptions) {
    this.#folder = folder;
    this.#traced = traced || failingSync !== undefined;
    this.#known = readAcks(acksIn(folder)).length;
    rmSync(traceIn(folder), { force: true });
    const rule = failingSync === undefined ? slowDisk : `error=EIO:when=${failingSync}`;
    const watched = this.#traced
      ? ["strace", ...straceArguments, "-e", `inject=fsync,fdatasync:${rule}`, "-o", traceIn(folder)]
      : [];
    const program = [process.execPath, join(import.meta.dir, "writer.ts"), dataIn(folder), acksIn(folder)];
    this.#child = Bun.spawn([...watched, ...program, String(seed), ...(careless ? ["careless"] : [])], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
  }

  /** Resolves when it was told of an append, or when it ended before. */
  async atWork(): Promise<void> {
    while (this.#running && !this.#news().some(({ t }) => t === "appended")) await Bun.sleep(pollMs);
  }

  /** SIGKILL to the writer itself; resolves when it is gone, and strace with it. */
  async kill(): Promise<void> {
    const began = this.#news().find((ack) => ack.t === "began");
    if (this.#running && began) process.kill(began.pid, "SIGKILL");
    await this.#child.exited;
  }

  /** Its exit code and last words, or null if it doesn't end by itself in time: then it is killed. */
  async end(withinMs: number): Promise<{ code: number; says: string } | null> {
    const late = Promise.withResolvers<null>();
    const timer = setTimeout(() => late.resolve(null), withinMs);
    const code = await Promise.race([this.#child.exited, late.promise]);
    clearTimeout(timer);
    if (code !== null) return { code, says: (await new Response(this.#child.stderr).text()).trim() };
    await this.kill();
    return null;
  }

  trace(): Trace {
    const database = `${dataIn(this.#folder)}/${databaseFile}`;
    const path = traceIn(this.#folder);
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    return readTrace(text, (file) => file === database || file === `${database}-wal`);
  }

  get #running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** How many appends it was told of. */
  get appended(): number {
    return this.#news().filter(({ t }) => t === "appended").length;
  }

  /** What it was told, without the rounds before. */
  #news(): Ack[] {
    return readAcks(acksIn(this.#folder)).slice(this.#known);
  }
}

export const dataIn = (folder: string): string => `${folder}/data`;
export const acksIn = (folder: string): string => `${folder}/acks`;
const traceIn = (folder: string): string => `${folder}/trace`;
