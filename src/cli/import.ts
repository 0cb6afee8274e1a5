/** `starling import FILE`: what another installation exported becomes this one, which must be empty. */
import type { Platform } from "../../actors/runtime/platform.ts";
import type { Config } from "../config.ts";
import { CannotMove } from "../move/format.ts";
import { importFrom } from "../move/import.ts";
import { ImportFile } from "../move/import-file.ts";
import { openTarget } from "../move/place.ts";
import type { Tally } from "../move/tally.ts";
import { UnusableFolder } from "../store/sqlite/errors.ts";
import type { CommandResult } from "./backup.ts";

export async function importCommand(
  args: readonly string[],
  config: Config,
  platform: Platform,
): Promise<CommandResult> {
  const [path, ...rest] = args;
  if (path === undefined || rest.length > 0) return { exitCode: 2, says: "usage: starling import FILE" };
  try {
    const file = await ImportFile.open(path);
    await using target = await openTarget(config, platform);
    const tally = await importFrom(file, target, platform.id());
    const epochs = file.header.final
      ? "rooms go on where they were"
      : "rooms have new epochs, clients load them anew";
    return { exitCode: 0, says: `${summaryOf(tally)} imported and read back; ${epochs}` };
  } catch (error) {
    if (!(error instanceof CannotMove || error instanceof UnusableFolder)) throw error;
    return { exitCode: 1, says: error.message };
  }
}

export function summaryOf(tally: Tally): string {
  return `${tally.of("account")} accounts, ${tally.rooms} rooms, ${tally.of("event")} events`;
}
