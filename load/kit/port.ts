/** Ports for servers that must come back under the same address. */

/** Below the range from which the kernel takes ports for outgoing connections, so that nobody gets ours while its server is down. */
const lowest = 12_000;
const highest = 30_000;

/** `count` different ports of loopback that nobody uses now. */
export function freePorts(count: number): number[] {
  const held: ReturnType<typeof hold>[] = [];
  for (let tries = 0; held.length < count; tries++) {
    if (tries > 100 * count) throw new Error("no free port on loopback");
    try {
      held.push(hold(lowest + Math.floor(Math.random() * (highest - lowest))));
    } catch {
      // Taken: the next one.
    }
  }
  const ports = held.map(({ port }) => port);
  for (const listener of held) listener.stop(true);
  return ports;
}

const hold = (port: number) => Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } });
