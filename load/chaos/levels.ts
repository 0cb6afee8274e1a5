/** C15 on real processes: what nodes hold when their people are gone, against what they held before anybody came. */
import { readdirSync } from "node:fs";
import type { Arena } from "./arena.ts";
import type { Level } from "./check/evidence.ts";

/** What a node asks MongoDB and NATS for at one moment, and not at another. */
const slack = { factor: 1.1, count: 20 } as const;

const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** By the index of the node. */
export function descriptors({ nodes }: Arena): number[] {
  return nodes.map(({ server }) => descriptorsOf(server.pid));
}

/** After everybody has left. @param before as `descriptors` gave it */
export async function levelsAfter(arena: Arena, before: readonly number[]): Promise<Level[]> {
  const held = async (): Promise<Level[]> => {
    const levels = await Promise.all(
      arena.nodes.map(async (node, i) => {
        if (!node.running) return [];
        const name = arena.nameOf(node);
        const was = before[i] ?? 0;
        const sockets = (await arena.read(node)).get("starling_ws_connections") ?? 0;
        const after = descriptorsOf(node.server.pid);
        return [
          { node: name, what: "sockets", before: 0, after: sockets, most: 0 },
          { node: name, what: "descriptors", before: was, after, most: was * slack.factor + slack.count },
        ];
      }),
    );
    return levels.flat();
  };
  const back = async () => (await held()).every(({ after, most }) => after <= most);
  // Sockets whose people went without a word end by their timeout, as idle connections to MongoDB do. What stays is for the
  // checker to say.
  await arena.until("all is given back", back).catch(() => {});
  return held();
}
