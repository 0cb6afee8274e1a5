/** How often a whole cluster turns a message into JSON: nodes that count it, asked by a signal, answer on their standard error. */
import type { Server } from "../../kit/server.ts";

/** The program of such a node, from the repository's root. */
export const countingNode = "load/bench/cluster/counting-node.ts";

const answerMs = 5_000;
const pollMs = 10;

/** Of all these nodes since they were started. */
export async function encodes(servers: readonly Server[]): Promise<number> {
  const counts = await Promise.all(servers.map(encodesOf));
  return counts.reduce((all, count) => all + count, 0);
}

async function encodesOf(server: Server): Promise<number> {
  const before = answers(server).length;
  process.kill(server.pid, "SIGUSR2");
  for (const end = performance.now() + answerMs; performance.now() < end; await Bun.sleep(pollMs)) {
    const now = answers(server);
    if (now.length > before) return Number(now.at(-1));
  }
  throw new Error("a node doesn't say how much it encoded");
}

function answers({ errors }: Server): string[] {
  return [...errors.text().matchAll(/^encodes (\d+)$/gmu)].map(([, count]) => count ?? "");
}
