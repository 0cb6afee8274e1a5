import { afterEach, expect, test } from "bun:test";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { TcpLink } from "../../load/kit/tcp-link.ts";

const stack: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of stack.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

/** Both ends of a connection over a link, and what each of them gets. */
async function joined(options: Parameters<typeof TcpLink.to>[1] = {}) {
  const arrived = Promise.withResolvers<Socket>();
  const server = createServer(arrived.resolve);
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const link = await TcpLink.to((server.address() as AddressInfo).port, options);
  const near = connect({ port: link.port, host: "127.0.0.1" });
  const far = await arrived.promise;
  stack.push({
    async [Symbol.asyncDispose]() {
      near.destroy();
      far.destroy();
      await link[Symbol.asyncDispose]();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  return { link, near, far };
}

const next = (socket: Socket) =>
  new Promise<string>((resolve) => socket.once("data", (bytes) => resolve(String(bytes))));
const closed = (socket: Socket) =>
  new Promise<string>((resolve) => socket.on("error", () => {}).once("close", () => resolve("closed")));

test("what is said arrives, both ways", async () => {
  const { near, far } = await joined();
  near.write("up");
  expect(await next(far)).toBe("up");
  far.write("down");
  expect(await next(near)).toBe("down");
});

test("a way that is cut in one direction carries the other", async () => {
  const { link, near, far } = await joined();
  link.cut("down");
  const heard = next(near);
  far.write("down");
  near.write("up");
  expect(await next(far)).toBe("up");
  // Mended, it is another connection: what was on its way is lost.
  const ended = closed(near);
  link.mend();
  expect(await Promise.race([heard, ended])).toBe("closed");
});

test("a reset ends both ends", async () => {
  const { link, near, far } = await joined();
  const ends = Promise.all([closed(near), closed(far)]);
  link.reset();
  expect(await ends).toEqual(["closed", "closed"]);
});

test("what is late comes in its order", async () => {
  const { link, near, far } = await joined();
  link.delayMs = 5;
  const began = performance.now();
  near.write("one ");
  near.write("two");
  let heard = "";
  while (heard !== "one two") heard += await next(far);
  expect(performance.now() - began).toBeGreaterThanOrEqual(4);
});

test("what passes can be changed", async () => {
  const { near, far } = await joined({
    tamper: (direction) => (direction === "up" ? (bytes) => Buffer.concat([bytes, bytes]) : null),
  });
  near.write("twice ");
  expect(await next(far)).toBe("twice twice ");
  far.write("once");
  expect(await next(near)).toBe("once");
});
