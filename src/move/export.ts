/** An installation becomes a file. The source is at rest: whoever opened it holds its lock. */
import { existsSync } from "node:fs";
import type { Millis, RoomId } from "../../actors/ports.ts";
import { ExportFile } from "./export-file.ts";
import { CannotMove, exportFormat } from "./format.ts";
import { Lost, type LostRange } from "./lost.ts";
import { close, importing, isClosed, reopen, staysHere } from "./marks.ts";
import type { Place } from "./place.ts";
import { portable } from "./renew.ts";
import { settle } from "./settle.ts";
import { Tally } from "./tally.ts";

export interface ExportOptions {
  /** Where the file goes; nothing may be there. */
  path: string;
  /** Closes the source for ever: the import keeps its epochs. May be repeated. */
  final: boolean;
  version: string;
  at: Millis;
}

export interface Exported {
  tally: Tally;
  /** Empty, unless the log was lost. */
  lost: LostRange[];
}

/** @throws CannotMove when a file is there already, or the source isn't whole; then nothing was changed */
export async function exportTo(place: Place, options: ExportOptions): Promise<Exported> {
  const { secrets } = place.store;
  if (existsSync(options.path)) throw new CannotMove(`${options.path} is there already`);
  if ((await importing(secrets)) !== null) {
    throw new CannotMove("an import into this installation was interrupted: finish it first");
  }
  const closed = await isClosed(secrets);
  if (closed || !options.final) return await write(place, { ...options, final: closed });
  // First: no server starts while we read, and a file that says that its source is closed tells the truth, however we end.
  await close(secrets);
  try {
    return await write(place, options);
  } catch (error) {
    // Where even that can't be taken back the file stands, and is right.
    if (!existsSync(options.path)) await reopen(secrets);
    throw error;
  }
}

async function write(place: Place, { path, final, version, at }: ExportOptions): Promise<Exported> {
  await settle(place);
  using file = new ExportFile(path, { starling: "export", format: exportFormat, version, at, final });
  const tally = new Tally();
  const headOf = (room: RoomId) => tally.headOf(room);
  const lost = new Lost(headOf);
  for await (const entry of place.store.archive.entries()) {
    if (entry.t === "secret" && staysHere(entry.name)) continue;
    lost.look(entry);
    const moved = portable(entry, headOf);
    if (moved === null) continue;
    tally.add(moved);
    file.add(moved);
  }
  assertWhole(tally);
  const ranges = lost.ranges();
  if (final && ranges.length > 0) {
    throw new CannotMove(
      `the log has lost what ${ranges.length} rooms had told already: export without --final, so that they get new epochs`,
    );
  }
  file.publish();
  return { tally, lost: ranges };
}

function assertWhole(tally: Tally): void {
  const [room, ...others] = tally.broken();
  if (room === undefined) return;
  const more = others.length === 0 ? "" : ` and ${others.length} other rooms`;
  throw new CannotMove(`room ${room}${more} lack events below their head: run \`starling doctor\``);
}
