import { subprotocol } from "../src/protocol/frames.ts";
import { failure } from "./error.ts";
import type { Transport } from "./transport.ts";

/**
 * @param url of the server, http(s) or ws(s); `/ws` is added to its path.
 * @throws StarlingError `invalid` where there is no WebSocket, as in Node below 22
 */
export function webSocket(url: string, Socket: typeof WebSocket = globalThis.WebSocket): Transport {
  if (!Socket) throw failure("invalid", "no WebSocket: give a transport");
  const address = `${url.replace(/^http/, "ws").replace(/\/$/, "")}/ws`;
  return {
    open(handlers) {
      const socket = new Socket(address, [subprotocol]);
      socket.onopen = () => handlers.opened();
      socket.onmessage = (event) => handlers.message(String(event.data));
      socket.onclose = (event) => handlers.closed(event.code, event.reason);
      return {
        send: (text) => socket.send(text),
        close: (code) => socket.close(code),
      };
    },
  };
}
