/** `starling doctor`: what is wrong, what it means for users, what to do. */
import type { Platform } from "../../actors/runtime/platform.ts";
import type { Config } from "../config.ts";
import { type Finding, findingsOf, sentenceOf } from "../doctor/finding.ts";
import { probeFolder } from "../doctor/folder.ts";
import { folderChecks } from "../doctor/folder-checks.ts";
import { logChecks } from "../doctor/log-checks.ts";
import { probeMongo } from "../doctor/mongo.ts";
import { mongoChecks } from "../doctor/mongo-checks.ts";
import { probeNats } from "../doctor/nats.ts";
import { natsChecks } from "../doctor/nats-checks.ts";
import { probeNodes } from "../doctor/nodes.ts";
import { nodesChecks } from "../doctor/nodes-checks.ts";
import type { CommandResult } from "./backup.ts";
import { rebuildCommand } from "./rebuild.ts";

/** A line per finding. `--rebuild`: what a lost log needs is done. */
export async function doctorCommand(
  args: readonly string[],
  config: Config,
  platform: Platform,
): Promise<CommandResult> {
  const [flag, ...rest] = args;
  if (flag === "--rebuild" && rest.length === 0) return rebuildCommand(config, platform);
  if (flag !== undefined) return { exitCode: 2, says: "usage: starling doctor [--rebuild]" };
  const { cluster, data } = config;
  const { findings, well } =
    cluster === null ? lookAtFolder(data, platform) : await lookAtCluster(cluster, platform);
  if (findings.length === 0) return { exitCode: 0, says: `nothing is wrong with ${well}` };
  return { exitCode: 1, says: findings.map(sentenceOf).join("\n") };
}

interface Look {
  findings: Finding[];
  /** What is well when there are none. */
  well: string;
}

function lookAtFolder(dir: string, platform: Platform): Look {
  const facts = probeFolder(dir, platform.now());
  // Not wrong: that is how it is while the server runs.
  const held = facts.inUse ? `${dir}; another process holds it, as a running server does` : dir;
  const well = facts.database === null ? `${dir}; no server has made a database in it yet` : held;
  return { findings: findingsOf(facts, folderChecks), well };
}

async function lookAtCluster(
  { nats, mongo }: NonNullable<Config["cluster"]>,
  platform: Platform,
): Promise<Look> {
  const looking = probeMongo(mongo, platform);
  const checkpoints = looking.then((facts) => facts.checkpoints);
  const [servers, database, nodes] = await Promise.all([
    probeNats(nats, platform, checkpoints),
    looking,
    probeNodes(nats, platform),
  ]);
  const findings = [
    ...findingsOf(servers, natsChecks),
    ...findingsOf(database, mongoChecks),
    ...findingsOf(servers.jetstream?.anchors ?? new Map(), logChecks),
    ...findingsOf(nodes, nodesChecks),
  ];
  return { findings, well: "NATS and MongoDB" };
}
