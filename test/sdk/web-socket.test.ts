import { expect, test } from "bun:test";
import { createClient, StarlingError } from "../../sdk/index.ts";
import { webSocket } from "../../sdk/web-socket.ts";

interface Heard {
  opened: number;
  messages: string[];
  closed: [number, string][];
}

/** A real server on a free port; `closes` ends each connection at its first frame. */
function serve(closes?: [number, string]) {
  const seen = { path: "", protocol: "", texts: [] as string[], closed: Promise.withResolvers<number>() };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request, server) {
      seen.path = new URL(request.url).pathname;
      seen.protocol = request.headers.get("sec-websocket-protocol") ?? "";
      const headers = { "sec-websocket-protocol": seen.protocol };
      return server.upgrade(request, { headers }) ? undefined : new Response(null, { status: 400 });
    },
    websocket: {
      message(socket, text) {
        seen.texts.push(String(text));
        if (closes) socket.close(...closes);
        else socket.send(`${text} back`);
      },
      close(_, code) {
        seen.closed.resolve(code);
      },
    },
  });
  return { seen, server };
}

function hear() {
  const heard: Heard = { opened: 0, messages: [], closed: [] };
  const [open, message, close] = [
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
  ];
  const handlers = {
    opened: () => {
      heard.opened++;
      open.resolve();
    },
    message: (text: string) => {
      heard.messages.push(text);
      message.resolve();
    },
    closed: (code: number, reason: string) => {
      heard.closed.push([code, reason]);
      close.resolve();
    },
  };
  return { heard, handlers, open: open.promise, message: message.promise, close: close.promise };
}

test("speaks text frames over /ws with the subprotocol, and closes with a code", async () => {
  const { seen, server } = serve();
  const { heard, handlers, open, message } = hear();
  const link = webSocket(`${server.url.origin}/`).open(handlers);
  await open;
  link.send("hello");
  await message;
  expect(heard).toEqual({ opened: 1, messages: ["hello back"], closed: [] });
  expect([seen.path, seen.protocol, seen.texts]).toEqual(["/ws", "starling.v1.json", ["hello"]]);
  link.close(1000);
  expect(await seen.closed.promise).toBe(1000);
  await server.stop(true);
});

test("tells the server's close code and reason", async () => {
  const { server } = serve([4000, "afterMs=500"]);
  const { heard, handlers, open, close } = hear();
  const link = webSocket(server.url.origin).open(handlers);
  await open;
  link.send("x");
  await close;
  expect(heard.closed).toEqual([[4000, "afterMs=500"]]);
  await server.stop(true);
});

test("a server that isn't there is a close too", async () => {
  const { server } = serve();
  const { origin } = server.url;
  await server.stop(true);
  const { heard, handlers, close } = hear();
  webSocket(origin).open(handlers);
  await close;
  expect([heard.opened, heard.closed.length]).toEqual([0, 1]);
});

test("where there is no WebSocket, a client says so at once, unless it gets a transport", () => {
  const url = "http://127.0.0.1:1";
  const { WebSocket } = globalThis;
  Reflect.deleteProperty(globalThis, "WebSocket");
  try {
    for (const make of [() => webSocket(url), () => createClient({ url })]) {
      const thrown = failureOf(make);
      expect(thrown).toBeInstanceOf(StarlingError);
      expect(thrown).toMatchObject({ code: "invalid", retryable: false });
      expect(String(thrown)).toContain("give a transport");
    }
    const transport = webSocket(url, WebSocket);
    expect(createClient({ url, transport }).connection).toBe("idle");
  } finally {
    Object.assign(globalThis, { WebSocket });
  }
});

function failureOf(make: () => unknown): unknown {
  try {
    make();
  } catch (thrown) {
    return thrown;
  }
  return null;
}
