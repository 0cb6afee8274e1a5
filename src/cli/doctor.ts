/** `starling doctor`: what is wrong, what it means for users, what to do. */
import type { Millis } from "../../actors/ports.ts";
import type { Config } from "../config.ts";
import { findingsOf, sentenceOf } from "../doctor/finding.ts";
import { probeFolder } from "../doctor/folder.ts";
import { folderChecks } from "../doctor/folder-checks.ts";
import type { CommandResult } from "./backup.ts";

/** A line per finding. @param now ms since 1970 */
export async function doctorCommand(config: Config, now: Millis): Promise<CommandResult> {
  const findings = findingsOf(probeFolder(config.data, now), folderChecks);
  if (findings.length === 0) return { exitCode: 0, says: `nothing is wrong with ${config.data}` };
  return { exitCode: 1, says: findings.map(sentenceOf).join("\n") };
}
