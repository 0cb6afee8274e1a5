import { afterAll, beforeAll, expect, test } from "bun:test";
import { startServer } from "../../../src/gateway/server.ts";
import { subprotocol } from "../../../src/protocol/frames.ts";
import { type Person, startLive } from "../../support/live.ts";

const ours = "https://app.example";
let node: Awaited<ReturnType<typeof startLive>>;
let server: ReturnType<typeof startServer>;
let ana: Person;

beforeAll(async () => {
  node = await startLive();
  ana = await node.join("ana");
  server = startServer({
    ...{ host: "127.0.0.1", port: 0, origins: [ours], proxies: 0, gateway: node.gateway },
    http: async () => new Response("http"),
    onFailure: (error) => node.faults.push(error),
  });
});

afterAll(() => server.stop(true));

/** What the server answers to somebody who wants a socket. */
async function upgrade(path: string, headers: Record<string, string>): Promise<Response> {
  return await fetch(`http://127.0.0.1:${server.port}${path}`, {
    headers: {
      ...{ connection: "upgrade", upgrade: "websocket" },
      ...{ "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" },
      "sec-websocket-protocol": subprotocol,
      ...headers,
    },
  });
}

function socket(protocols: string[], headers: Record<string, string> = {}) {
  // Bun's WebSocket takes headers; the browser's types don't know.
  const opened = new WebSocket(`ws://127.0.0.1:${server.port}/ws`, { protocols, headers } as never);
  const closed = new Promise<CloseEvent>((resolve) => opened.addEventListener("close", resolve));
  const ready = new Promise<void>((resolve) => opened.addEventListener("open", () => resolve()));
  return { opened, closed, ready };
}

test("a page of a foreign origin gets no socket; our own, a named one and a program do", async () => {
  for (const origin of ["https://evil.test", "null", `${ours}.evil.test`, "http://app.example"]) {
    expect((await upgrade("/ws", { origin })).status).toBe(403);
  }
  const own = `http://127.0.0.1:${server.port}`;
  for (const headers of [{ origin: own }, { origin: ours }, {}]) {
    const { opened, ready } = socket([subprotocol], headers as Record<string, string>);
    await ready;
    opened.close();
  }
});

test("who doesn't offer our subprotocol first is told which; the other path serves it too", async () => {
  for (const offered of ["", "chat", `chat, ${subprotocol}`]) {
    const refused = await upgrade("/ws", { "sec-websocket-protocol": offered });
    expect([refused.status, await refused.text()]).toEqual([400, `offer ${subprotocol}`]);
  }
  const plain = await fetch(`http://127.0.0.1:${server.port}/ws/chat`, {
    headers: { "sec-websocket-protocol": subprotocol },
  });
  expect(plain.status).toBe(426);
});

test("a token that came as a subprotocol signs in, and never comes back", async () => {
  const { opened, ready } = socket([subprotocol, ana.access]);
  await ready;
  expect(opened.protocol).toBe(subprotocol);
  const welcome = new Promise<MessageEvent>((resolve) => opened.addEventListener("message", resolve));
  opened.send(JSON.stringify({ t: "hello", tab: "t" }));
  expect(JSON.parse((await welcome).data)).toMatchObject({ t: "welcome", user: ana.user });
  opened.close();
});

test("a binary frame ends the connection", async () => {
  const { opened, closed, ready } = socket([subprotocol]);
  await ready;
  opened.send(new TextEncoder().encode(JSON.stringify({ t: "hello", token: ana.access, tab: "t" })));
  expect((await closed).code).toBe(4503);
  expect(node.faults).toEqual([]);
});
