/** Pings with heads: each second those connections that came at it, so one timer serves all and none get it at once. */

import { limits } from "../../actors/limits.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { every } from "../waiting.ts";
import type { Connection } from "./connection.ts";

const seconds = Math.ceil(limits.pingMs / 1_000);

export class Heartbeat {
  readonly #platform: Platform;
  readonly #connections: ReadonlyMap<string, Connection>;
  /** Ends it. */
  readonly stop: () => void;
  #second = 0;

  /** @param connections those that are welcome, as they come and go */
  constructor(platform: Platform, connections: ReadonlyMap<string, Connection>) {
    this.#platform = platform;
    this.#connections = connections;
    this.stop = every(platform, 1_000, () => this.#beat());
  }

  add(connection: Connection): void {
    connection.pingedAt = this.#second;
  }

  #beat(): void {
    this.#second = (this.#second + 1) % seconds;
    const now = this.#platform.now();
    for (const connection of this.#connections.values()) {
      if (connection.pingedAt !== this.#second) continue;
      if (connection.expiresAt <= now) connection.close("unauthorized");
      else if (connection.stalled) connection.close("slow");
      else {
        connection.stalled = connection.clogged;
        connection.send({ t: "ping", heads: connection.heads() });
      }
    }
  }
}
