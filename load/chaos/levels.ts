/** C15 on real processes: what nodes hold when their people are gone, against what they held before anybody came. */
import { readdirSync } from "node:fs";
import { limits } from "../../actors/limits.ts";
import type { Arena } from "./arena.ts";
import type { Level } from "./check/evidence.ts";

/** Connections to MongoDB that a load opened stay in the pool. */
const slack = { factor: 1.1, count: limits.storeConnectionsMax + 20 } as const;

const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** By the index of the node. */
export function descriptors({ nodes }: Arena): number[] {
  return nodes.map(({ server }) => descriptorsOf(server.pid));
}

/** After everybody has left. @param before as `descriptors` gave it */
export async function levelsAfter(arena: Arena, before: readonly number[]): Promise<Level[]> {
  const sockets = () =>
    Promise.all(
      arena.nodes.map(async (node) => (await arena.read(node)).get("starling_ws_connections") ?? 0),
    );
  const none = async () => (await sockets()).every((count) => count === 0);
  // Sockets whose people went without a word end by their timeout. What stays is for the checker to say.
  await arena.until("all sockets are closed", none).catch(() => {});
  const left = await sockets();
  return arena.nodes.flatMap((node, i) => {
    if (!node.running) return [];
    const name = arena.nameOf(node);
    const was = before[i] ?? 0;
    const most = was * slack.factor + slack.count;
    return [
      { node: name, what: "sockets", before: 0, after: left[i] ?? 0, most: 0 },
      { node: name, what: "descriptors", before: was, after: descriptorsOf(node.server.pid), most },
    ];
  });
}
