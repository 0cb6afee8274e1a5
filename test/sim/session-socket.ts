/** A device's connection: comes back by itself, carries requests, hands every other frame on. */
import type { SimNode } from "../../actors/runtime/sim.ts";
import type { ServerFrame, WireError } from "../../src/protocol/frames.ts";
import type { Server } from "./server.ts";
import { Wire } from "./wire.ts";
import type { World } from "./world.ts";

export type Answer = { ok: Record<string, unknown> } | { error: WireError } | { lost: true };

export interface SocketHooks {
  /** The frame that opens each connection. */
  hello(): string;
  welcomed(frame: Extract<ServerFrame, { t: "welcome" }>): void;
  frame(frame: ServerFrame): void;
  /** `final`: the server said stop. */
  closed(code: number, final: boolean): void;
}

/** Between tries: short, since a simulated story is. */
const retryMs = 400;

export class SessionSocket {
  readonly #world: World;
  readonly #machine: SimNode;
  readonly #servers: () => readonly Server[];
  readonly #hooks: SocketHooks;
  #wire: Wire | null = null;
  #waiting = new Map<number, (answer: Answer) => void>();
  #waiters: (() => void)[] = [];
  #nextId = 1;
  #tries = 0;
  #node = "";
  online = false;
  /** No more connections. */
  ended = false;

  constructor(world: World, machine: SimNode, servers: () => readonly Server[], hooks: SocketHooks) {
    this.#world = world;
    this.#machine = machine;
    this.#servers = servers;
    this.#hooks = hooks;
  }

  /** Serial of the connection. */
  get connection(): number {
    return this.#tries;
  }

  /** Incarnation of the node at the other end. */
  get node(): string {
    return this.#node;
  }

  connect(): void {
    if (this.ended) return;
    const server = this.#world.pick(this.#servers());
    if (server === undefined) return this.#later();
    const serial = ++this.#tries;
    if (this.#node !== "" && this.#node !== server.name) this.#world.saw("moves");
    this.#node = server.name;
    this.#wire = new Wire(this.#world, this.#machine, server, {
      opened: () => this.#wire?.send(this.#hooks.hello()),
      message: (text) => this.#message(serial, text),
      closed: (code) => this.#closed(serial, code),
    });
  }

  /** The network takes the connection away. */
  cut(): void {
    this.#wire?.cut();
  }

  /** Hangs up for good. */
  end(): void {
    this.ended = true;
    this.#wire?.close();
    this.#lose();
  }

  send(frame: object): void {
    this.#wire?.send(JSON.stringify(frame));
  }

  /** Settles always; `lost` when no answer came on this connection in time. */
  request(op: string, input: object, timeoutMs: number): Promise<Answer> {
    if (!this.online) return Promise.resolve({ lost: true });
    const id = this.#nextId++;
    this.send({ id, op, in: input });
    return new Promise((resolve) => {
      const cancel = this.#machine.after(timeoutMs, () => this.#settle(id, { lost: true }));
      this.#waiting.set(id, (answer) => {
        cancel();
        resolve(answer);
      });
    });
  }

  /** Resolves when there is a connection, or never will be. */
  whenOnline(): Promise<void> {
    if (this.online || this.ended) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #message(serial: number, text: string): void {
    if (serial !== this.#tries) return;
    this.#world.trace.add("in", serial, Bun.hash.crc32(text));
    const frame = JSON.parse(text) as ServerFrame | ({ re: number } & Answer);
    if ("re" in frame) return this.#settle(frame.re, frame);
    if (frame.t !== "welcome") return this.#hooks.frame(frame);
    this.online = true;
    this.#hooks.welcomed(frame);
    this.#wake();
  }

  #settle(id: number, answer: Answer): void {
    const settle = this.#waiting.get(id);
    this.#waiting.delete(id);
    settle?.(answer);
  }

  #closed(serial: number, code: number): void {
    if (serial !== this.#tries) return;
    this.#wire = null;
    const final = code >= 4500 && code < 5000;
    this.ended ||= final;
    this.#lose();
    this.#hooks.closed(code, final);
    this.#later();
  }

  #lose(): void {
    this.online = false;
    const waiting = [...this.#waiting.values()];
    this.#waiting = new Map();
    for (const settle of waiting) settle({ lost: true });
    if (this.ended) this.#wake();
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }

  #later(): void {
    if (!this.ended) this.#machine.after(this.#world.upTo(retryMs), () => this.connect());
  }
}
