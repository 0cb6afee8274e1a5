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
  const findings =
    cluster === null
      ? findingsOf(probeFolder(data, platform.now()), folderChecks)
      : await clusterFindings(cluster, platform);
  if (findings.length === 0) {
    return { exitCode: 0, says: `nothing is wrong with ${cluster === null ? data : "NATS and MongoDB"}` };
  }
  return { exitCode: 1, says: findings.map(sentenceOf).join("\n") };
}

async function clusterFindings(
  { nats, mongo }: NonNullable<Config["cluster"]>,
  platform: Platform,
): Promise<Finding[]> {
  const looking = probeMongo(mongo, platform);
  const checkpoints = looking.then((facts) => facts.checkpoints);
  const [servers, database] = await Promise.all([probeNats(nats, platform, checkpoints), looking]);
  return [
    ...findingsOf(servers, natsChecks),
    ...findingsOf(database, mongoChecks),
    ...findingsOf(servers.jetstream?.anchors ?? new Map(), logChecks),
  ];
}
