/** `starling backup TARGET`: copies the data folder's database into a folder, also while the server runs. */
import { backup } from "../store/sqlite/backup.ts";
import { UnusableFolder } from "../store/sqlite/errors.ts";

export interface CommandResult {
  exitCode: number;
  /** One line for the terminal: to stdout when the exit code is 0, else to stderr. */
  says: string;
}

/** @param dir data folder to copy · @param now ms since 1970 */
export function backupCommand(args: readonly string[], dir: string, now: number): CommandResult {
  const [target, ...rest] = args;
  // A flag is never meant as a folder.
  if (target === undefined || target.startsWith("-") || rest.length > 0)
    return { exitCode: 2, says: "usage: starling backup TARGET" };
  try {
    const { bytes } = backup(dir, target, now);
    return { exitCode: 0, says: `${(bytes / 1_048_576).toFixed(1)} MiB copied to ${target}` };
  } catch (error) {
    if (!(error instanceof UnusableFolder)) throw error;
    return { exitCode: 1, says: error.message };
  }
}
