/** What is kept of a round that failed: enough to understand it, and to run it again. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Arena } from "./arena.ts";
import type { Outcome } from "./round.ts";

export function keep(dir: string, seed: number, round: number, arena: Arena, outcome: Outcome): string {
  const folder = join(dir, `seed-${seed}-round-${round}-${outcome.scenario.id}`);
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const lines = (items: readonly unknown[]) => items.map((item) => `${JSON.stringify(item)}\n`).join("");
  const { scenario, violations, witnessed, error, evidence } = outcome;
  const { history, documents, ...rest } = evidence;
  write(
    "round.json",
    JSON.stringify(
      { seed, round, scenario: scenario.id, error, witnessed, ...rest, history: undefined },
      null,
      2,
    ),
  );
  write("violations.ndjson", lines(violations));
  write("faults.ndjson", lines(arena.faults));
  for (const [name, items] of Object.entries(history))
    if (Array.isArray(items)) write(`${name}.ndjson`, lines(items));
  write("documents.ndjson", lines(documents));
  for (const [i, node] of arena.nodes.entries()) {
    const last = node.running ? [node.server.errors.text()] : [];
    write(`node-${i}.log`, [...node.lastWords, ...last].join("\n--- started again ---\n"));
  }
  for (const server of arena.cluster.nats.servers) write(`nats-${server.name}.log`, server.said);
  write("bots.log", arena.bots.map((bot) => `${bot.name} on ${bot.node}: ${bot.story}\n`).join(""));
  return folder;
}
