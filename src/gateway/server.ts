/** Bun's sockets in front of the gateway, and HTTP beside them. */
import { limits } from "../../actors/limits.ts";
import { clientAddress } from "../http/client-address.ts";
import type { Http } from "../http/http.ts";
import { originAllowed } from "../http/origin.ts";
import { subprotocol } from "../protocol/frames.ts";
import { Connection } from "./connection.ts";
import type { Gateway } from "./gateway.ts";
import type { Socket } from "./outbox.ts";

export interface ServerOptions {
  host: string;
  port: number;
  origins: readonly string[];
  /** Reverse proxies of ours in front: limits per address are about clients. */
  proxies: number;
  /** null: this node takes no sockets. */
  gateway: Gateway | null;
  http: Http;
  onFailure: (error: unknown) => void;
}

/** What the upgrade leaves for the socket's opening. */
interface Handshake {
  address: string;
  token: string | null;
}

/** One object per socket: the connection takes the handshake's place. */
type Data = Handshake | Connection;

const paths = new Set(["/ws", "/ws/chat"]);
/** Above this Bun answers an empty 413 by itself. Up to it the reader of bodies stops at frameBytesMax, with a typed error. */
const bodyBytesMax = 16 * limits.frameBytesMax;

export function startServer(options: ServerOptions): Bun.Server<Data> {
  const { gateway, http } = options;
  return listening(options, () =>
    Bun.serve<Data>({
      hostname: options.host,
      port: options.port,
      reusePort: false,
      idleTimeout: 30,
      maxRequestBodySize: bodyBytesMax,
      fetch(request, server) {
        const peer = server.requestIP(request)?.address ?? "";
        if (gateway === null || !paths.has(new URL(request.url).pathname)) return http(request, peer);
        const address = clientAddress(peer, request.headers.get("x-forwarded-for"), options.proxies);
        return upgrade(request, server, address, options.origins);
      },
      error(error) {
        options.onFailure(error);
        return new Response("", { status: 500 });
      },
      websocket: {
        maxPayloadLength: limits.frameBytesMax,
        backpressureLimit: limits.outboxBytesMax,
        idleTimeout: limits.idleTimeoutS,
        perMessageDeflate: false,
        open(socket) {
          const { data } = socket;
          if (gateway !== null && !(data instanceof Connection)) {
            socket.data = gateway.open(socketOf(socket), data.address, data.token);
          }
        },
        message(socket, message) {
          const { data } = socket;
          if (!(data instanceof Connection)) return;
          if (typeof message === "string") gateway?.receive(data, message);
          else data.close("protocol", "frames are text");
        },
        drain(socket) {
          if (socket.data instanceof Connection) socket.data.drained();
        },
        close(socket) {
          if (socket.data instanceof Connection) socket.data.gone();
        },
      },
    }),
  );
}

/** @throws Error that names the setting to change */
function listening<Server>({ host, port }: ServerOptions, start: () => Server): Server {
  try {
    return start();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "EADDRINUSE") throw new Error(`PORT: ${port} is in use on ${host}`);
    if (code === "EACCES") throw new Error(`PORT: this user may not listen on ${port}`);
    throw new Error(`HOST: ${host} is no address of this machine${code && ` (${code})`}`);
  }
}

/** Bun's socket has the shape that the outbox wants; `cork` alone needs another signature. */
function socketOf(socket: Bun.ServerWebSocket<Data>): Socket {
  return socket as unknown as Socket;
}

function upgrade(
  request: Request,
  server: Bun.Server<Data>,
  address: string,
  origins: readonly string[],
): Response | undefined {
  const { headers } = request;
  if (!originAllowed(headers.get("origin"), headers.get("host"), origins)) {
    return new Response("origin not allowed", { status: 403 });
  }
  const offered = (headers.get("sec-websocket-protocol") ?? "").split(",").map((value) => value.trim());
  if (offered[0] !== subprotocol) return new Response(`offer ${subprotocol}`, { status: 400 });
  const data: Data = { address, token: offered[1] ?? null };
  // Bun would echo the first protocol by itself; the token must never come back.
  const upgraded = server.upgrade(request, { data, headers: { "sec-websocket-protocol": subprotocol } });
  return upgraded ? undefined : new Response("upgrade to WebSocket", { status: 426 });
}
