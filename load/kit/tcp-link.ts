/** A TCP way of our own between two programs, which can be cut, slowed, reset and tampered with. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** `up`: from who connects to who listens. */
export type Direction = "up" | "down";

/** Takes what came in this direction of one connection, gives what goes on. */
export type Tamper = (bytes: Buffer) => Buffer;

export interface LinkOptions {
  /** Asked at each new connection. Default: nothing is changed. */
  tamper?: (direction: Direction) => Tamper | null;
}

interface Way {
  from: Socket;
  to: Socket;
  direction: Direction;
  tamper: Tamper | null;
}

/** Cut: what is on its way stays on its way, and nobody is told; a real partition looks like that. */
export class TcpLink implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #options: LinkOptions;
  readonly #ways = new Set<Way>();
  readonly #cut = new Set<Direction>();
  /** Ms that everything takes longer, each way. */
  delayMs = 0;
  /** Bytes a second, down; 0: as fast as it goes. */
  downBytesPerSecond = 0;

  private constructor(server: Server, target: number, options: LinkOptions) {
    this.#server = server;
    this.#options = options;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (near) => this.#join(near, target));
  }

  static async to(target: number, options: LinkOptions = {}): Promise<TcpLink> {
    const server = createServer({ allowHalfOpen: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
    await promise;
    return new TcpLink(server, target, options);
  }

  /** Connections that are open now. */
  get size(): number {
    return this.#ways.size / 2;
  }

  /** @param direction default: both */
  cut(direction?: Direction): void {
    for (const each of direction === undefined ? (["up", "down"] as const) : [direction]) this.#cut.add(each);
    for (const way of this.#ways) if (this.#cut.has(way.direction)) way.from.pause();
  }

  /** Connections from before are reset: what was on its way in them is lost. */
  mend(): void {
    if (this.#cut.size === 0) return;
    this.#cut.clear();
    this.reset();
  }

  /** Every connection ends at once, without a word. */
  reset(): void {
    for (const { from } of this.#ways) from.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { from } of this.#ways) from.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket, target: number): void {
    const far = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true });
    this.#carry(near, far, "up");
    this.#carry(far, near, "down");
  }

  #carry(from: Socket, to: Socket, direction: Direction): void {
    const way: Way = { from, to, direction, tamper: this.#options.tamper?.(direction) ?? null };
    this.#ways.add(way);
    from.setNoDelay(true);
    from.on("data", (bytes: Buffer) => this.#pass(way, bytes));
    from.on("end", () => this.#later(() => to.end()));
    from.on("drain", () => this.#resume(to));
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.#ways.delete(way);
      to.destroy();
    });
    if (this.#cut.has(direction)) from.pause();
  }

  #pass(way: Way, bytes: Buffer): void {
    const { from, to, direction, tamper } = way;
    const changed = tamper === null ? bytes : tamper(bytes);
    if (changed.length > 0) this.#later(() => !to.destroyed && !to.write(changed) && from.pause());
    const rate = direction === "down" ? this.downBytesPerSecond : 0;
    if (rate === 0) return;
    from.pause();
    setTimeout(() => this.#resume(from), (1_000 * bytes.length) / rate);
  }

  /** Reads on, unless the way is cut. */
  #resume(from: Socket): void {
    const way = [...this.#ways].find((each) => each.from === from);
    if (way !== undefined && !this.#cut.has(way.direction)) from.resume();
  }

  /** Timers of one length fire in their order. */
  #later(task: () => void): void {
    if (this.delayMs === 0) task();
    else setTimeout(task, this.delayMs);
  }
}
