/** `starling user password NAME`: a new password for somebody who has forgotten theirs. The server must be stopped. */
import { existsSync } from "node:fs";
import type { Platform } from "../../actors/runtime/platform.ts";
import { createAuth } from "../auth/auth.ts";
import { MemoryBus } from "../bus/memory.ts";
import { UnusableFolder } from "../store/sqlite/errors.ts";
import { endProcess } from "../store/sqlite/fatal.ts";
import { databaseFile, type Embedded, openEmbedded } from "../store/sqlite/open.ts";
import type { CommandResult } from "./backup.ts";

/** @param dir data folder */
export async function userCommand(
  args: readonly string[],
  dir: string,
  platform: Platform,
): Promise<CommandResult> {
  const [verb, name, ...rest] = args;
  if (verb !== "password" || name === undefined || name.startsWith("-") || rest.length > 0) {
    return { exitCode: 2, says: "usage: starling user password NAME" };
  }
  if (!existsSync(`${dir}/${databaseFile}`)) return { exitCode: 1, says: `${dir} holds no ${databaseFile}` };
  try {
    await using embedded = await openEmbedded({ dir, fatal: endProcess });
    return await renew(name.toLowerCase(), embedded, platform);
  } catch (error) {
    if (error instanceof UnusableFolder)
      return { exitCode: 1, says: `${error.message}; stop the server first` };
    throw error;
  }
}

/** Random, shown once: nothing is typed that a terminal's history could keep. */
async function renew(name: string, { store }: Embedded, platform: Platform): Promise<CommandResult> {
  const account = await store.accounts.byName(name);
  if (account === null) return { exitCode: 1, says: `there is no account ${name}` };
  const auth = await createAuth({ store, bus: new MemoryBus(platform), platform });
  const password = platform.id();
  await auth.resetPassword(account.id, password);
  return {
    exitCode: 0,
    says: `${name}'s new password is ${password} (all sessions ended; they can change it in Settings)`,
  };
}
