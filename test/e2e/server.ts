/** The real server as its own process, on a data folder that lives as long as the test. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dir, "../..");

export class RealServer implements AsyncDisposable {
  readonly data: string;
  /** For its next start, over its own. */
  env: Record<string, string> = {};
  #process: Bun.Subprocess<"ignore", "pipe", "inherit"> | null = null;
  #port = 0;

  private constructor(data: string) {
    this.data = data;
  }

  /** Starts one on a free port. */
  static async start(): Promise<RealServer> {
    const server = new RealServer(await mkdtemp(join(tmpdir(), "starling-e2e-")));
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** The same folder, the same port. Resolves when it listens. */
  async start(): Promise<void> {
    const child = Bun.spawn([process.execPath, join(root, "src/main.ts")], {
      cwd: root,
      env: {
        ...process.env,
        HOST: "127.0.0.1",
        PORT: String(this.#port),
        STARLING_DATA: this.data,
        STARLING_RATES: "off",
        ...this.env,
      },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    this.#process = child;
    let output = "";
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      output += decoder.decode(chunk, { stream: true });
      const port = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port === undefined) continue;
      this.#port = Number(port);
      return;
    }
    throw new Error(`the server ended before it listened: ${output}`);
  }

  /** As a power switch for the process: nothing is flushed, nothing is said. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async stop(): Promise<number> {
    return await this.#end("SIGTERM");
  }

  /** As a terminal does: the starter passes the signal on that the server has already got. */
  async interrupt(): Promise<number> {
    const child = this.#process;
    child?.kill("SIGINT");
    return await this.#end("SIGINT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end("SIGKILL");
    await rm(this.data, { recursive: true, force: true });
  }

  async #end(signal: "SIGKILL" | "SIGTERM" | "SIGINT"): Promise<number> {
    const child = this.#process;
    this.#process = null;
    if (child === null) return 0;
    child.kill(signal);
    return await child.exited;
  }
}
