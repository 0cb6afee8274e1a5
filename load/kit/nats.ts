/** Real nats-servers on loopback: one, or a cluster of three with everything durable, each of which can be ended and cut off. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { owned } from "./children.ts";
import { freePorts } from "./port.ts";
import { Tail } from "./server.ts";
import { TcpLink } from "./tcp-link.ts";

/** A start that takes longer is a fault: an election takes up to 9 s. */
const startMs = 30_000;
const pollMs = 25;

export interface NatsOptions {
  /** Path of the nats-server program: see parts.ts. */
  program: string;
  /** 1 or 3. Default: 1. */
  servers?: number;
  /** Where the stores lie. Default: a temporary folder, removed in the end. */
  dir?: string;
  /** More lines for the configuration. */
  config?: string;
}

/** What a nats-server says of its streams. */
interface Account {
  stream_detail?: { name: string; cluster?: { leader?: string } }[];
}

interface Place {
  name: string;
  dir: string;
  program: string;
  port: number;
  monitor: number;
  config: string;
}

export class NatsServer {
  readonly name: string;
  /** `nats://127.0.0.1:PORT`; stays the same over restarts. */
  readonly url: string;
  readonly port: number;
  readonly #place: Place;
  #process: Bun.Subprocess<"ignore", "ignore", "pipe"> | null = null;
  #errors: Tail | null = null;

  constructor(place: Place) {
    this.#place = place;
    this.name = place.name;
    this.port = place.port;
    this.url = `nats://127.0.0.1:${place.port}`;
  }

  get pid(): number {
    if (this.#process === null) throw new Error(`${this.name} does not run`);
    return this.#process.pid;
  }

  get running(): boolean {
    return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** The last lines of its log. */
  get said(): string {
    return this.#errors?.text() ?? "";
  }

  /** Starts the program; `ready` says when it serves. */
  start(): void {
    if (this.running) throw new Error(`${this.name} runs already`);
    const { dir, program, config } = this.#place;
    mkdirSync(dir, { recursive: true });
    const file = join(dir, "nats.conf");
    writeFileSync(file, config);
    const child = owned(
      Bun.spawn([program, "-c", file], { stdin: "ignore", stdout: "ignore", stderr: "pipe" }),
    );
    this.#process = child;
    this.#errors = new Tail(child.stderr);
  }

  /** Resolves when the server and its part of JetStream serve. */
  async ready(): Promise<void> {
    for (const end = performance.now() + startMs; performance.now() < end; await Bun.sleep(pollMs)) {
      if (!this.running) throw new Error(`${this.name} ended: ${this.said}`);
      if ((await this.monitor("healthz"))?.status === "ok") return;
    }
    throw new Error(`${this.name} was not ready after ${startMs} ms: ${this.said}`);
  }

  /** What the server says of itself under a path of its monitoring port; null while it doesn't answer. */
  async monitor(path: string): Promise<Record<string, unknown> | null> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.#place.monitor}/${path}`, {
        signal: AbortSignal.timeout(1_000),
      });
      return (await response.json()) as Record<string, unknown>;
    } catch {
      return null;
    }
  }

  /** SIGKILL, as a power cut; resolves when the process is gone. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  /** SIGTERM, as an operator: it hands its leaderships over first. */
  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  /** A new disk: what it stored is gone. Only while it doesn't run. */
  wipe(): void {
    if (this.running) throw new Error(`${this.name} still runs`);
    rmSync(join(this.#place.dir, "store"), { recursive: true, force: true });
  }

  async restart(): Promise<void> {
    if (this.running) await this.stop();
    this.start();
    await this.ready();
  }

  freeze(): void {
    process.kill(this.pid, "SIGSTOP");
  }

  thaw(): void {
    process.kill(this.pid, "SIGCONT");
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    if (this.#process === null) return;
    if (signal === "SIGTERM" && this.running) this.thaw();
    this.#process.kill(signal);
    await this.#process.exited;
  }
}

export class NatsServers implements AsyncDisposable {
  readonly servers: readonly NatsServer[];
  /** Addresses of all servers, separated by commas: what NATS_URL holds. */
  readonly url: string;
  /** Ways from a server to another one, by the index of both. */
  readonly #links: Map<string, TcpLink>;
  readonly #temporary: string | null;

  private constructor(servers: NatsServer[], links: Map<string, TcpLink>, temporary: string | null) {
    this.servers = servers;
    this.url = servers.map(({ url }) => url).join(",");
    this.#links = links;
    this.#temporary = temporary;
  }

  /** Resolves when all servers serve. */
  static async start({ program, servers: count = 1, dir, config = "" }: NatsOptions): Promise<NatsServers> {
    const root = dir ?? mkdtempSync(join(tmpdir(), "starling-nats-"));
    const ports = freePorts(3 * count);
    const routes = ports.slice(2 * count);
    const links = new Map<string, TcpLink>();
    for (let from = 0; from < count; from++) {
      for (let to = 0; to < count; to++) {
        if (from !== to) links.set(`${from}-${to}`, await TcpLink.to(routes[to] as number));
      }
    }
    const servers = Array.from({ length: count }, (_, i) => {
      const name = `n${i + 1}`;
      const folder = join(root, name);
      const [port = 0, monitor = 0, route = 0] = [ports[i], ports[count + i], routes[i]];
      const others = [...links].filter(([way]) => way.startsWith(`${i}-`)).map(([, link]) => link.port);
      const own = configOf({ name, dir: folder, port, monitor, route, others });
      return new NatsServer({ name, dir: folder, program, port, monitor, config: `${own}${config}\n` });
    });
    const all = new NatsServers(servers, links, dir === undefined ? root : null);
    try {
      for (const server of servers) server.start();
      await Promise.all(servers.map((server) => server.ready()));
    } catch (error) {
      await all[Symbol.asyncDispose]();
      throw error;
    }
    return all;
  }

  /** @param name as it stands in what the cluster says of leaders and replicas */
  server(name: string): NatsServer {
    const found = this.servers.find((server) => server.name === name);
    if (found === undefined) throw new Error(`no server ${name}`);
    return found;
  }

  /** The one that leads this stream. @throws {Error} while an election runs */
  async leader(stream: string): Promise<NatsServer> {
    for (const server of this.servers) {
      const said = (await server.monitor("jsz?streams=true")) as { account_details?: Account[] } | null;
      const streams = said?.account_details?.flatMap(({ stream_detail = [] }) => stream_detail) ?? [];
      const leader = streams.find(({ name }) => name === stream)?.cluster?.leader;
      if (leader !== undefined && this.server(leader).running) return this.server(leader);
    }
    throw new Error(`no nats-server knows who leads ${stream}`);
  }

  /** Nothing passes between this server and the others any more; its clients still reach it. */
  isolate(server: NatsServer): void {
    for (const link of this.#linksOf(server)) link.cut();
  }

  heal(server: NatsServer): void {
    for (const link of this.#linksOf(server)) link.mend();
  }

  /** Resolves when all of them serve again. */
  async ready(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.ready()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server.kill()));
    await Promise.all([...this.#links.values()].map((link) => link[Symbol.asyncDispose]()));
    if (this.#temporary !== null) rmSync(this.#temporary, { recursive: true, force: true });
  }

  #linksOf(server: NatsServer): TcpLink[] {
    const index = String(this.servers.indexOf(server));
    return [...this.#links].filter(([way]) => way.split("-").includes(index)).map(([, link]) => link);
  }
}

interface Settings {
  name: string;
  dir: string;
  port: number;
  monitor: number;
  route: number;
  /** Ports of the ways to the other servers; none: a server on its own. */
  others: readonly number[];
}

function configOf({ name, dir, port, monitor, route, others }: Settings): string {
  const cluster = `
cluster {
  name: starling
  listen: "127.0.0.1:${route}"
  # Servers tell each other where they listen. Nobody may go around the ways that tests cut.
  advertise: "127.0.0.1:1"
  # Nor do they tell clients of each other: a node keeps to the ways that it was given.
  no_advertise: true
  routes: [${others.map((other) => `"nats://127.0.0.1:${other}"`).join(", ")}]
}
`;
  return `
server_name: ${name}
listen: "127.0.0.1:${port}"
http: "127.0.0.1:${monitor}"
max_payload: 256KB
jetstream {
  store_dir: ${JSON.stringify(join(dir, "store"))}
  sync_interval: always
}
${others.length > 0 ? cluster : ""}`;
}
