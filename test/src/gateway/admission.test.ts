import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { FakeSocket, startLive, until } from "../../support/live.ts";

async function given() {
  const node = await startLive();
  const open = (address: string) => {
    const socket = new FakeSocket();
    return { socket, connection: node.gateway.open(socket, address, null) };
  };
  /** So many that say nothing, each from an address of its own unless one is named. */
  const silent = (count: number, address?: string) =>
    Array.from({ length: count }, (_, i) => open(address ?? `place ${i}`));
  return { node, open, silent };
}

test("one address may have so many sockets without a hello, and others aren't touched", async () => {
  const { node, open, silent } = await given();
  const first = silent(limits.unauthenticatedPerAddressMax, "192.0.2.1");
  expect(open("192.0.2.1").socket.closed?.code).toBe(4003);
  expect(open("192.0.2.2").socket.closed).toBeNull();
  expect(first.every(({ socket }) => socket.closed === null)).toBe(true);
  // Whoever says hello makes room for the next.
  const ana = await node.join("ana");
  const { socket, connection } = first[0] as ReturnType<typeof open>;
  node.gateway.receive(connection, JSON.stringify({ t: "hello", token: ana.access, tab: "t" }));
  await until(() => socket.of("welcome").length > 0);
  expect(open("192.0.2.1").socket.closed).toBeNull();
});

test("all addresses together may have so many, and places are free again when their time is up", async () => {
  const { node, open, silent } = await given();
  const all = silent(limits.unauthenticatedMax);
  expect(all.every(({ socket }) => socket.closed === null)).toBe(true);
  expect(open("192.0.2.1").socket.closed?.code).toBe(4003);
  node.platform.advance(limits.helloMs);
  expect(all.every(({ socket }) => socket.closed?.code === 4001)).toBe(true);
  for (const { connection } of all) connection.gone();
  expect(open("192.0.2.1").socket.closed).toBeNull();
});

test("before welcome a frame is small, and a hello", async () => {
  const { node, open } = await given();
  const post = { id: 1, op: "account.me", in: {} };
  const long = { t: "hello", token: "x", tab: "t", more: "x".repeat(limits.helloBytesMax) };
  for (const frame of [post, { t: "resume", n: 1, rooms: {} }, { t: "pong" }, long]) {
    const { socket, connection } = open("192.0.2.1");
    node.gateway.receive(connection, JSON.stringify(frame));
    expect(socket.closed?.code).toBe(4503);
    expect(socket.frames).toEqual([]);
  }
});

test("a token that nobody signed is refused, and no token too", async () => {
  const { node, open } = await given();
  for (const hello of [{ token: "x.y.z", tab: "t" }, { tab: "t" }]) {
    const { socket, connection } = open("192.0.2.1");
    node.gateway.receive(connection, JSON.stringify({ t: "hello", ...hello }));
    await until(() => socket.closed !== null);
    expect(socket.closed?.code).toBe(4500);
  }
});
