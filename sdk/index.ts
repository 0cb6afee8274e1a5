/** Starling's client. Start at createClient. */
import type { Client, Storage } from "./api.ts";
import { ChatClient } from "./client.ts";
import { type ClientPlatform, realPlatform } from "./platform.ts";
import type { Fetch } from "./session.ts";
import { memoryStorage } from "./storage.ts";
import type { Transport } from "./transport.ts";
import { webSocket } from "./web-socket.ts";

export type * from "./api.ts";
export { StarlingError } from "./error.ts";
export type { ClientPlatform } from "./platform.ts";
export { memoryStorage } from "./storage.ts";
export type { Link, Transport, TransportHandlers } from "./transport.ts";
export { webSocket } from "./web-socket.ts";

export interface ClientOptions {
  /** Where the server is, e.g. "https://chat.example.com". */
  url: string;
  /** Where tokens and the outbox live between starts. Default: memory, which forgets. */
  storage?: Storage;
  /** Default: a WebSocket to `url`. */
  transport?: Transport;
  /** Time and chance. Default: the real ones. */
  platform?: ClientPlatform;
  /** For register, login and refresh. Default: the global one. */
  fetch?: Fetch;
  /** What the user sees in the list of sessions. Default: "Starling SDK". */
  label?: string;
  /** A new connection with the same tab replaces the old one. Default: a random one per client. */
  tab?: string;
}

export function createClient(options: ClientOptions): Client {
  const url = options.url.replace(/\/$/, "");
  return new ChatClient({
    url,
    storage: options.storage ?? memoryStorage(),
    transport: options.transport ?? webSocket(url),
    platform: options.platform ?? realPlatform,
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    label: options.label ?? "Starling SDK",
    tab: options.tab,
  });
}
