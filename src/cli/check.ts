/** `starling check`: looks through the whole database for damage, also while the server runs. */
import { existsSync } from "node:fs";
import type { Config } from "../config.ts";
import { openReading } from "../store/sqlite/connection.ts";
import { isDamage } from "../store/sqlite/errors.ts";
import { databaseFile } from "../store/sqlite/open.ts";
import { faultIn } from "../store/sqlite/prepare.ts";
import { type CommandResult, ofCluster } from "./backup.ts";

export function checkCommand({ cluster, data }: Pick<Config, "cluster" | "data">): CommandResult {
  if (cluster !== null) return { exitCode: 1, says: `${ofCluster}: ask \`starling doctor\`` };
  const path = `${data}/${databaseFile}`;
  if (!existsSync(path)) return { exitCode: 1, says: `${data} holds no ${databaseFile}` };
  const fault = faultAt(path);
  if (fault === null) return { exitCode: 0, says: `${path} is sound` };
  return { exitCode: 1, says: `${path} is damaged: ${fault}; restore a backup` };
}

function faultAt(path: string): string | null {
  try {
    using db = openReading(path);
    return faultIn(db);
  } catch (error) {
    if (isDamage(error)) return error.message;
    throw error;
  }
}
