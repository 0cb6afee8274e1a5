import { subprotocol } from "../src/protocol/frames.ts";
import type { Transport } from "./transport.ts";

/** @param url of the server, http(s) or ws(s); `/ws` is added to its path. */
export function webSocket(url: string, Socket: typeof WebSocket = globalThis.WebSocket): Transport {
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
