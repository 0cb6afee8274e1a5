/** One address in front of several nodes, as a balancer would be: each connection goes to the next node that takes it. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class Balancer implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #targets: readonly number[];
  #turn = 0;

  private constructor(server: Server, targets: readonly number[]) {
    this.#server = server;
    this.#targets = targets;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (near) => this.#place(near, this.#turn++, this.#targets.length));
  }

  /** @param port default: a free one */
  static async start(targets: readonly number[], port = 0): Promise<Balancer> {
    const server = createServer({ pauseOnConnect: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
    await promise;
    return new Balancer(server, targets);
  }

  /** New connections go to these ports; those that are open stay. */
  aim(targets: readonly number[]): void {
    this.#targets = targets;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** @param left nodes that may still be tried */
  #place(near: Socket, turn: number, left: number): void {
    const port = this.#targets[turn % this.#targets.length];
    if (port === undefined || left === 0) return void near.destroy();
    const far = connect({ port, host: "127.0.0.1" });
    const next = () => this.#place(near, turn + 1, left - 1);
    far.once("error", next);
    far.once("connect", () => {
      far.off("error", next);
      this.#join(near, far);
    });
  }

  #join(near: Socket, far: Socket): void {
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
    near.resume();
  }
}
