/** One account of a replay: an SDK client on a real socket, whose wire can be cut and is watched. */
import type { Client } from "../../sdk/api.ts";
import { createClient } from "../../sdk/index.ts";
import { realPlatform } from "../../sdk/platform.ts";
import type { Link, Transport, TransportHandlers } from "../../sdk/transport.ts";
import { subprotocol } from "../../src/protocol/frames.ts";
import type { Flight } from "./flight.ts";
import type { House } from "./house.ts";
import { Witness } from "./witness.ts";

/** Comes back four times as soon as in life: the wait after a kill is not what is tested, and the storm is the harder. */
const hasty = { ...realPlatform, random: () => Math.random() / 4 };

export interface Credentials {
  login: string;
  display: string;
  password: string;
}

export class Player {
  readonly who: number;
  readonly credentials: Credentials;
  readonly client: Client;
  readonly witness = new Witness(() => Date.now());
  readonly #wire: CuttableWire;
  /** What became of the connection lately, for whoever has to find out. */
  readonly #changes: string[] = [];

  constructor(who: number, credentials: Credentials, house: House, flight: Flight) {
    this.who = who;
    this.credentials = credentials;
    this.#wire = new CuttableWire(house, flight);
    this.client = createClient({ url: house.base, transport: this.#wire, platform: hasty });
    this.client.on("connection", ({ state, code, reason }) => {
      this.#changes.push([state, code, reason].filter((part) => part !== undefined).join(" "));
      if (this.#changes.length > 10) this.#changes.shift();
    });
    this.client.on("frame", ({ direction, frame }) => {
      if (direction === "out") flight.sent(this.#wire.current, frame as Record<string, unknown>);
      else {
        this.witness.received(frame as Record<string, unknown>);
        flight.received(this.#wire.current, frame as Record<string, unknown>);
      }
    });
  }

  get user(): string {
    const { me } = this.client;
    if (!me) throw new Error(`${this.credentials.login} isn't signed in`);
    return me.id;
  }

  async register(): Promise<void> {
    const { login: name, display, password } = this.credentials;
    await this.client.register({ name, display, password });
    await this.client.connect();
  }

  /** Resolves when online and caught up. @throws {Error} that says what the connection did instead. */
  async ready(timeoutMs: number): Promise<void> {
    try {
      await this.client.ready(timeoutMs);
    } catch (error) {
      const { login } = this.credentials;
      throw new Error(`${login} didn't come online: ${this.#changes.join(", ")}`, { cause: error });
    }
  }

  /** Breaks the connection as a lost network does: no close frame. False when there is none. */
  drop(): boolean {
    return this.#wire.cut();
  }
}

/** The SDK's own kind of transport, with a pair of scissors. It takes one door after the other, as a balancer would. */
class CuttableWire implements Transport {
  static #count = 0;
  /** Number of the newest connection, unique among all clients. */
  current = 0;
  readonly #house: House;
  readonly #flight: Flight;
  #socket: WebSocket | null = null;

  constructor(house: House, flight: Flight) {
    this.#house = house;
    this.#flight = flight;
  }

  open(handlers: TransportHandlers): Link {
    const wire = ++CuttableWire.#count;
    this.current = wire;
    const doors = this.#house.doors();
    const door = doors[wire % doors.length];
    if (door === undefined) {
      queueMicrotask(() => handlers.closed(1006, "no server listens"));
      return { send: () => {}, close: () => {} };
    }
    const socket = new WebSocket(`${door.replace(/^http/u, "ws")}/ws`, [subprotocol]);
    this.#socket = socket;
    this.#flight.opened(wire, door);
    socket.onopen = () => handlers.opened();
    socket.onmessage = (event) => handlers.message(String(event.data));
    socket.onclose = (event) => {
      this.#flight.closed(wire);
      handlers.closed(event.code, event.reason);
    };
    return {
      send: (text) => socket.send(text),
      close: (code) => socket.close(code),
    };
  }

  cut(): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    // Bun's sockets can do what browsers' can't: end without a close frame.
    (this.#socket as WebSocket & { terminate(): void }).terminate();
    return true;
  }
}
