/** Looks at every node and broker now and then, from outside: /proc, /metrics, NATS' monitoring port. */
import { readdirSync } from "node:fs";
import { seriesOf } from "../chaos/meter.ts";
import { cpuSeconds, residentBytes } from "../kit/proc.ts";
import type { Ground, Place } from "./ground.ts";
import type { Everywhere, Levels } from "./levels.ts";

export interface Sample {
  atMs: number;
  levels: Everywhere;
}

const everyMs = 5_000;

/** What a node says that it holds. */
const held = {
  sockets: "starling_ws_connections",
  timers: "starling_timers",
  "bus subscriptions": 'starling_subscriptions{to="bus"}',
  "log subscriptions": 'starling_subscriptions{to="log"}',
  feeds: "starling_feeds",
  "resident rooms": 'starling_actors{kind="room"}',
  "resident users": 'starling_actors{kind="user"}',
  "records behind": "starling_history_lag_records",
} as const;

async function levelsOf({ server }: Place): Promise<Levels> {
  const series = seriesOf(await (await fetch(`${server.base}/metrics`)).text());
  return {
    "memory MB": residentBytes(server.pid) / 2 ** 20,
    descriptors: readdirSync(`/proc/${server.pid}/fd`).length,
    ...Object.fromEntries(Object.entries(held).map(([what, name]) => [what, series.get(name) ?? 0])),
  };
}

export async function look(ground: Ground): Promise<Everywhere> {
  const levels = new Map<string, Levels>();
  for (const node of ground.nodes) levels.set(node.name, await levelsOf(node));
  const brokers = await ground.brokers();
  if (brokers !== null) levels.set("brokers", brokers);
  return levels;
}

/** Looks every few seconds until the time is up. */
export async function watch(ground: Ground, ms: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  const began = performance.now();
  for (let next = 0; next < ms; next += everyMs) {
    await Bun.sleep(Math.max(0, began + next - performance.now()));
    samples.push({ atMs: performance.now() - began, levels: await look(ground) });
  }
  await Bun.sleep(Math.max(0, began + ms - performance.now()));
  return samples;
}

/** CPU seconds of all nodes so far. */
export function cpuOf({ nodes }: Ground): number {
  return nodes.reduce((sum, { server }) => sum + cpuSeconds(server.pid), 0);
}
