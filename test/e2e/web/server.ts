/** The real server as a process of its own, in a folder of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";

const root = join(import.meta.dir, "../../..");

export class Server implements AsyncDisposable {
  readonly #data: string;
  #process: Subprocess<"ignore", "pipe", "inherit">;
  #port: number;

  private constructor(data: string, process: Subprocess<"ignore", "pipe", "inherit">, port: number) {
    this.#data = data;
    this.#process = process;
    this.#port = port;
  }

  static async start(): Promise<Server> {
    const data = await mkdtemp(join(tmpdir(), "starling-web-"));
    const started = spawn(data, 0);
    return new Server(data, started, await portOf(started));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** SIGKILL: nothing is flushed, nobody is told. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.exited;
  }

  /** At the same address, on the same data. */
  async startAgain(): Promise<void> {
    this.#process = spawn(this.#data, this.#port);
    this.#port = await portOf(this.#process);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#data, { recursive: true, force: true });
  }
}

function spawn(data: string, port: number): Subprocess<"ignore", "pipe", "inherit"> {
  return Bun.spawn([process.execPath, "src/main.ts"], {
    cwd: root,
    env: { ...process.env, PORT: String(port), STARLING_DATA: data, STARLING_RATES: "off" },
    stdout: "pipe",
    stderr: "inherit",
  });
}

async function portOf(started: Subprocess<"ignore", "pipe", "inherit">): Promise<number> {
  let said = "";
  const decoder = new TextDecoder();
  for await (const chunk of started.stdout) {
    said += decoder.decode(chunk, { stream: true });
    const port = /listening on http:\/\/[^:]+:(\d+)/.exec(said)?.[1];
    if (port) return Number(port);
  }
  throw new Error(`the server didn't start: ${said}`);
}
