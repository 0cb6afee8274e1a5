/** `starling export FILE [--final]`: the installation as one file. Its server must be stopped. */
import type { Platform } from "../../actors/runtime/platform.ts";
import type { Config } from "../config.ts";
import { exportTo } from "../move/export.ts";
import { CannotMove } from "../move/format.ts";
import { openSource } from "../move/place.ts";
import { UnusableFolder } from "../store/sqlite/errors.ts";
import type { CommandResult } from "./backup.ts";
import { summaryOf } from "./import.ts";

/** @param version of this program */
export async function exportCommand(
  args: readonly string[],
  config: Config,
  platform: Platform,
  version: string,
): Promise<CommandResult> {
  const final = args.includes("--final");
  const [path, ...rest] = args.filter((arg) => arg !== "--final");
  if (path === undefined || path.startsWith("-") || rest.length > 0) {
    return { exitCode: 2, says: "usage: starling export FILE [--final]" };
  }
  try {
    await using source = await openSource(config, platform);
    const { tally, lost } = await exportTo(source, { path, final, version, at: platform.now() });
    const closed = final ? "; this installation is closed now" : "";
    const ranges = lost.map(({ room, from, to }) => `room ${room} lost at least seqs ${from} to ${to}`);
    return { exitCode: 0, says: [`${summaryOf(tally)} written to ${path}${closed}`, ...ranges].join("\n") };
  } catch (error) {
    if (!(error instanceof CannotMove || error instanceof UnusableFolder)) throw error;
    return { exitCode: 1, says: error.message };
  }
}
