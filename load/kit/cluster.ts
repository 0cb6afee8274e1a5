/** A whole cluster on this machine: real NATS, real MongoDB, several nodes of ours and a balancer in front. */
import { Balancer } from "./balancer.ts";
import { MongoSet } from "./mongo-set.ts";
import { NatsServers } from "./nats.ts";
import { part } from "./parts.ts";
import { freePorts } from "./port.ts";
import { Server, type ServerOptions } from "./server.ts";
import { type LinkOptions, TcpLink } from "./tcp-link.ts";

export interface ClusterOptions {
  /** Nodes of ours. Default 3. */
  nodes?: number;
  /** nats-servers, 1 or 3. Default 3. */
  nats?: number;
  /** Members of the MongoDB replica set. Default 1. */
  mongo?: number;
  /** Of the balancer. Default: a free port. */
  port?: number;
  /** Nodes reach NATS and MongoDB by ways that can be cut, slowed and tampered with. Default: straight. */
  links?: LinkOptions | null;
  /** For the nodes. */
  env?: Record<string, string>;
  /** What a node runs. Default: the chat server. */
  program?: string;
}

/** A node has its port for life, so that it comes back where it was. */
export class ClusterNode {
  readonly port: number;
  /** Its ways to the nats-servers, in their order; none: it reaches them straight. */
  readonly links: readonly TcpLink[];
  /** How often it was started. */
  starts = 0;
  /** The last lines of each start that ended. */
  readonly lastWords: string[] = [];
  readonly #how: Pick<ServerOptions, "env" | "program">;
  #server: Server | null = null;

  constructor(port: number, how: Pick<ServerOptions, "env" | "program">, links: readonly TcpLink[] = []) {
    this.port = port;
    this.#how = how;
    this.links = links;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get running(): boolean {
    return this.#server?.running ?? false;
  }

  get server(): Server {
    if (this.#server === null) throw new Error("this node doesn't run");
    return this.#server;
  }

  async start(): Promise<void> {
    this.#server = await Server.start({ data: "unused", port: this.port, ...this.#how });
    this.starts++;
  }

  freeze(): void {
    process.kill(this.server.pid, "SIGSTOP");
  }

  thaw(): void {
    process.kill(this.server.pid, "SIGCONT");
  }

  /** kill -9 */
  async kill(): Promise<void> {
    await this.#server?.kill();
    this.#ended();
  }

  /** As an operator: it hands over and drains. */
  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#ended();
  }

  #ended(): void {
    if (this.#server !== null) this.lastWords.push(this.#server.errors.text());
    this.#server = null;
  }
}

export class LocalCluster implements AsyncDisposable {
  readonly nats: NatsServers;
  readonly mongo: MongoSet;
  readonly nodes: readonly ClusterNode[];
  readonly balancer: Balancer;
  readonly #env: Record<string, string>;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    parts: { nats: NatsServers; mongo: MongoSet; nodes: readonly ClusterNode[]; balancer: Balancer },
    env: Record<string, string>,
    stack: AsyncDisposableStack,
  ) {
    this.nats = parts.nats;
    this.mongo = parts.mongo;
    this.nodes = parts.nodes;
    this.balancer = parts.balancer;
    this.#env = env;
    this.#stack = stack;
  }

  /** Resolves when all nodes are ready; null, and a loud line, when a real part is missing. */
  static async start(options: ClusterOptions = {}): Promise<LocalCluster | null> {
    const [natsServer, mongod] = [await part("nats-server"), await part("mongod")];
    if (natsServer === null || mongod === null) return null;
    await using stack = new AsyncDisposableStack();
    const [nats, mongo] = await Promise.all([
      NatsServers.start({ program: natsServer, servers: options.nats ?? 3 }).then((it) => stack.use(it)),
      MongoSet.start(mongod, { members: options.mongo ?? 1, linked: options.links != null }).then((it) =>
        stack.use(it),
      ),
    ]);
    const program = options.program === undefined ? {} : { program: options.program };
    const env = { NATS_URL: nats.url, MONGODB_URL: mongo.url(), ...options.env };
    const nodes: ClusterNode[] = [];
    for (const port of freePorts(options.nodes ?? 3)) {
      const links: TcpLink[] = [];
      if (options.links != null) {
        for (const server of nats.servers)
          links.push(stack.use(await TcpLink.to(server.port, options.links)));
      }
      const ways = links.map((link) => `nats://127.0.0.1:${link.port}`).join(",");
      const how = { env: ways === "" ? env : { ...env, NATS_URL: ways } };
      nodes.push(new ClusterNode(port, { ...program, ...how }, links));
    }
    stack.defer(async () => {
      await Promise.all(nodes.map((node) => node.kill()));
    });
    await Promise.all(nodes.map((node) => node.start()));
    await Promise.all(nodes.map(ready));
    const ports = nodes.map(({ port }) => port);
    const balancer = stack.use(await Balancer.start(ports, options.port));
    return new LocalCluster({ nats, mongo, nodes, balancer }, env, stack.move());
  }

  /** One node more, ready; the balancer doesn't know of it. It ends with the cluster. */
  async add(env: Record<string, string> = {}): Promise<ClusterNode> {
    const [port = 0] = freePorts(1);
    const node = new ClusterNode(port, { env: { ...this.#env, ...env } });
    this.#stack.defer(() => node.kill());
    await node.start();
    await ready(node);
    return node;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** A start that takes longer is a fault: streams without leaders answer after an election. */
const readyMs = 30_000;
const pollMs = 50;

/** Resolves when the node says that it takes work. */
export async function ready({ url }: { url: string }): Promise<void> {
  let why = "no answer";
  for (const end = performance.now() + readyMs; performance.now() < end; await Bun.sleep(pollMs)) {
    const response = await fetch(`${url}/readyz`).catch(() => null);
    if (response?.ok) return;
    why = (await response?.text()) ?? why;
  }
  throw new Error(`a node wasn't ready after ${readyMs} ms: ${why.trim()}`);
}
