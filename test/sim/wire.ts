/** A simulated socket between a device and a node's gateway: ordered, late, and cut as a whole. */
import type { SimNode } from "../../actors/runtime/sim.ts";
import type { Link, TransportHandlers } from "../../sdk/transport.ts";
import type { Connection } from "../../src/gateway/connection.ts";
import type { Socket } from "../../src/gateway/outbox.ts";
import type { Server, ServerEnd } from "./server.ts";
import { Way } from "./way.ts";
import type { World } from "./world.ts";

type Up = { is: "open" } | { is: "text"; text: string } | { is: "gone" };
type Down = { is: "open" } | { is: "text"; text: string } | { is: "closed"; code: number; reason: string };

/** The close code when nobody said why. */
const broken = 1006;
/** Until the server notices that a device has gone without a word. */
const halfOpenMs = 3_000;

export class Wire implements Link, ServerEnd {
  readonly #world: World;
  readonly #server: Server;
  readonly #handlers: TransportHandlers;
  readonly #up: Way<Up>;
  readonly #down: Way<Down>;
  #connection: Connection | null = null;
  /** The device has heard its end. */
  #over = false;

  constructor(world: World, device: SimNode, server: Server, handlers: TransportHandlers) {
    this.#world = world;
    this.#server = server;
    this.#handlers = handlers;
    this.#up = new Way(world, server.machine, (item) => this.#reachedServer(item));
    this.#down = new Way(world, device, (item) => this.#reachedDevice(item));
    server.sockets.add(this);
    this.#up.send({ is: "open" });
  }

  send(text: string): void {
    if (!this.#over) this.#up.send({ is: "text", text });
  }

  /** The device hangs up. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#down.cut();
    this.#up.send({ is: "gone" });
  }

  /** The network takes it away: what is under way is lost, and the server notices late. */
  cut(): void {
    if (this.#over) return;
    this.#over = true;
    this.#down.cut();
    if (this.#world.chance(0.5)) this.#up.cut();
    this.#server.machine.after(this.#world.upTo(halfOpenMs), () => this.#gone());
    this.#handlers.closed(broken, "");
  }

  /** The device is dead: it hears nothing any more, and says nothing. */
  die(): void {
    this.#over = true;
    this.#down.cut();
    this.#up.cut();
    this.#server.machine.after(this.#world.upTo(halfOpenMs), () => this.#gone());
  }

  died(): void {
    this.#up.cut();
    this.#server.sockets.delete(this);
    this.#down.send({ is: "closed", code: broken, reason: "" }, this.#world.upTo(500));
  }

  #reachedServer(item: Up): void {
    const { gateway } = this.#server.node;
    switch (item.is) {
      case "open":
        this.#connection = gateway.open(this.#socket(), "192.0.2.1", null);
        this.#down.send({ is: "open" });
        return;
      case "text":
        if (this.#connection !== null) gateway.receive(this.#connection, item.text);
        return;
      case "gone":
        this.#gone();
    }
  }

  #reachedDevice(item: Down): void {
    if (this.#over) return;
    if (item.is === "open") this.#handlers.opened();
    else if (item.is === "text") this.#handlers.message(item.text);
    else {
      this.#over = true;
      this.#handlers.closed(item.code, item.reason);
    }
  }

  #gone(): void {
    this.#server.sockets.delete(this);
    this.#connection?.gone();
  }

  /** The server's end. */
  #socket(): Socket {
    return {
      send: (text) => {
        this.#down.send({ is: "text", text });
        if (!this.#world.chance(this.#world.faults.slowReader)) return text.length;
        this.#server.machine.after(this.#world.upTo(1_000), () => this.#connection?.drained());
        return -1;
      },
      cork: (write) => write(),
      close: (code, reason) => {
        this.#down.send({ is: "closed", code, reason });
        this.#server.sockets.delete(this);
      },
    };
  }
}
