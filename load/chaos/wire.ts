/** The SDK's transport to any of several nodes, as behind a balancer, with a pair of scissors. */
import type { Link, Transport, TransportHandlers } from "../../sdk/transport.ts";
import { subprotocol } from "../../src/protocol/frames.ts";
import type { Chance } from "../kit/chance.ts";

/** Where a connection may go. */
export interface Door {
  /** Which node, which start of it. */
  readonly node: string;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
}

type Terminable = WebSocket & { terminate(): void };

export class ChaosWire implements Transport {
  readonly #doors: () => readonly Door[];
  readonly #chance: Chance;
  readonly #opened: (node: string) => void;
  #socket: WebSocket | null = null;
  /** The network is away: nothing opens. */
  away = false;

  constructor(doors: () => readonly Door[], chance: Chance, opened: (node: string) => void) {
    this.#doors = doors;
    this.#chance = chance;
    this.#opened = opened;
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  open(handlers: TransportHandlers): Link {
    const doors = this.#doors();
    if (this.away || doors.length === 0) {
      queueMicrotask(() => handlers.closed(1006, ""));
      return { send: () => {}, close: () => {} };
    }
    const door = this.#chance.pick(doors);
    this.#opened(door.node);
    const socket = new WebSocket(`${door.url.replace(/^http/u, "ws")}/ws`, [subprotocol]);
    this.#socket = socket;
    socket.onopen = () => handlers.opened();
    socket.onmessage = (event) => handlers.message(String(event.data));
    socket.onclose = (event) => handlers.closed(event.code, event.reason);
    return { send: (text) => socket.send(text), close: (code) => socket.close(code) };
  }

  /** As a lost network: no close frame. */
  cut(): void {
    // Bun's sockets can do what browsers' can't.
    if (this.isOpen) (this.#socket as Terminable).terminate();
  }
}
