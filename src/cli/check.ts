/** `starling check`: looks through the whole database for damage, also while the server runs. */
import { existsSync } from "node:fs";
import { openReading } from "../store/sqlite/connection.ts";
import { isDamage } from "../store/sqlite/errors.ts";
import { databaseFile } from "../store/sqlite/open.ts";
import { faultIn } from "../store/sqlite/prepare.ts";
import type { CommandResult } from "./backup.ts";

/** @param dir data folder to look at */
export function checkCommand(dir: string): CommandResult {
  const path = `${dir}/${databaseFile}`;
  if (!existsSync(path)) return { exitCode: 1, says: `${dir} holds no ${databaseFile}` };
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
