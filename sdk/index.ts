/** Starling's client. Start at createClient. */
export type * from "./api.ts";
export { type ClientOptions, createClient } from "./client.ts";
export { StarlingError } from "./error.ts";
export type { ClientPlatform } from "./platform.ts";
export { memoryStorage } from "./storage.ts";
export type { Link, Transport, TransportHandlers } from "./transport.ts";
export { webSocket } from "./web-socket.ts";
