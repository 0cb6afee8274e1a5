/** `starling user password NAME`: a new password for somebody who has forgotten theirs. A folder's server must be stopped. */
import { existsSync } from "node:fs";
import type { Platform } from "../../actors/runtime/platform.ts";
import { createAuth } from "../auth/auth.ts";
import { type Backend, openBackend } from "../backend.ts";
import type { Config } from "../config.ts";
import { UnusableFolder } from "../store/sqlite/errors.ts";
import { databaseFile } from "../store/sqlite/open.ts";
import type { CommandResult } from "./backup.ts";

export async function userCommand(
  args: readonly string[],
  config: Pick<Config, "cluster" | "data">,
  platform: Platform,
): Promise<CommandResult> {
  const [verb, name, ...rest] = args;
  if (verb !== "password" || name === undefined || name.startsWith("-") || rest.length > 0) {
    return { exitCode: 2, says: "usage: starling user password NAME" };
  }
  const { cluster, data } = config;
  if (cluster === null && !existsSync(`${data}/${databaseFile}`)) {
    return { exitCode: 1, says: `${data} holds no ${databaseFile}` };
  }
  try {
    await using backend = await openBackend(config, platform);
    return await renew(name.toLowerCase(), backend, platform);
  } catch (error) {
    if (error instanceof UnusableFolder)
      return { exitCode: 1, says: `${error.message}; stop the server first` };
    throw error;
  }
}

/** Random, shown once: nothing is typed that a terminal's history could keep. */
async function renew(name: string, { store, bus }: Backend, platform: Platform): Promise<CommandResult> {
  const account = await store.accounts.byName(name);
  if (account === null) return { exitCode: 1, says: `there is no account ${name}` };
  const auth = await createAuth({ store, bus, platform });
  const password = platform.id();
  await auth.resetPassword(account.id, password);
  return {
    exitCode: 0,
    says: `${name}'s new password is ${password} (all sessions ended; they can change it in Settings)`,
  };
}
