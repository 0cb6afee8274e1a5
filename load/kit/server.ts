/** The real server as its own process, started and ended as an operator or a power cut would. */
import { join } from "node:path";
import { owned } from "./children.ts";
import { say } from "./report.ts";

const root = join(import.meta.dir, "../..");
/** A start that takes longer is a fault. */
const startMs = 30_000;

export interface ServerOptions {
  /** Data folder. */
  data: string;
  /** 0: the system chooses. */
  port?: number;
  env?: Record<string, string>;
  /** Core to run on; default: all of them. */
  core?: number;
  /** Program, from the repository's root. Default: the chat server. */
  program?: string;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(1));

export class Server {
  readonly process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  /** `http://127.0.0.1:PORT` */
  readonly base: string;
  readonly errors: Tail;

  private constructor(process: Bun.Subprocess<"ignore", "pipe", "pipe">, base: string, errors: Tail) {
    this.process = process;
    this.base = base;
    this.errors = errors;
  }

  static async start({
    data,
    port = 0,
    env = {},
    core,
    program = "src/main.ts",
  }: ServerOptions): Promise<Server> {
    const pinned = core === undefined ? [] : ["taskset", "-c", String(core)];
    const child = owned(
      Bun.spawn([...pinned, process.execPath, program], {
        cwd: root,
        env: {
          ...process.env,
          HOST: "127.0.0.1",
          PORT: String(port),
          STARLING_DATA: data,
          STARLING_RATES: "off",
          ...env,
        },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      }),
    );
    const errors = new Tail(child.stderr);
    const base = await listening(child, errors);
    return new Server(child, base, errors);
  }

  get pid(): number {
    return this.process.pid;
  }

  get port(): number {
    return Number(new URL(this.base).port);
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** SIGKILL, as a power cut; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.process.exited;
  }

  /** SIGTERM, as an operator; resolves when it has drained. */
  async stop(): Promise<void> {
    this.process.kill("SIGTERM");
    await this.process.exited;
  }
}

async function listening(child: Bun.Subprocess<"ignore", "pipe", "pipe">, errors: Tail): Promise<string> {
  const late = setTimeout(() => child.kill("SIGKILL"), startMs);
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
    const found = / listening on (http:\/\/\S+)/u.exec(text);
    if (!found?.[1]) continue;
    clearTimeout(late);
    void drain(reader);
    return found[1];
  }
  clearTimeout(late);
  throw new Error(`the server ended before it listened (${await child.exited}): ${errors.text()}`);
}

/** A full pipe would stop the server. */
async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}

/** A cluster's node that loses its services says some dozens, of each stream several. */
const linesMax = 200;

/** The last lines that a process wrote. */
export class Tail {
  #lines: string[] = [];

  constructor(stream: ReadableStream<Uint8Array>) {
    void this.#read(stream);
  }

  text(): string {
    return this.#lines.join("\n");
  }

  /** Prints what there is, for a person who has to find out. */
  show(title: string): void {
    if (this.#lines.length > 0) say(`${title}\n${this.text()}`);
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      this.#lines = [...this.#lines, ...lines].slice(-linesMax);
    }
  }
}
