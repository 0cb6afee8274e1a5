/** `starling backup TARGET`: copies the data folder's database into a folder, also while the server runs. */
import type { Config } from "../config.ts";
import { backup } from "../store/sqlite/backup.ts";
import { UnusableFolder } from "../store/sqlite/errors.ts";

export interface CommandResult {
  exitCode: number;
  /** One line for the terminal: to stdout when the exit code is 0, else to stderr. */
  says: string;
}

/** How a command for folders refuses the environment of a cluster. */
export const ofCluster = "NATS_URL and MONGODB_URL name a cluster, and this is for the folder of one process";

/** @param now ms since 1970 */
export function backupCommand(
  args: readonly string[],
  { cluster, data }: Pick<Config, "cluster" | "data">,
  now: number,
): CommandResult {
  const [target, ...rest] = args;
  // A flag is never meant as a folder.
  if (target === undefined || target.startsWith("-") || rest.length > 0)
    return { exitCode: 2, says: "usage: starling backup TARGET" };
  // Whatever lies in the folder isn't what this environment's users write.
  if (cluster !== null) {
    return { exitCode: 1, says: `${ofCluster}: back MongoDB up by its own means, or \`starling export\`` };
  }
  try {
    const { bytes } = backup(data, target, now);
    return { exitCode: 0, says: `${(bytes / 1_048_576).toFixed(1)} MiB copied to ${target}` };
  } catch (error) {
    if (!(error instanceof UnusableFolder)) throw error;
    return { exitCode: 1, says: error.message };
  }
}
