/** An installation becomes a file. The source is at rest: whoever opened it holds its lock. */
import { existsSync } from "node:fs";
import type { Millis } from "../../actors/ports.ts";
import { ExportFile } from "./export-file.ts";
import { CannotMove, exportFormat } from "./format.ts";
import { close, importing, isClosed, staysHere } from "./marks.ts";
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

/** @throws CannotMove when a file is there already, or the source isn't whole; then nothing was changed */
export async function exportTo(place: Place, { path, final, version, at }: ExportOptions): Promise<Tally> {
  const { secrets, archive } = place.store;
  if (existsSync(path)) throw new CannotMove(`${path} is there already`);
  if ((await importing(secrets)) !== null) {
    throw new CannotMove("an import into this installation was interrupted: finish it first");
  }
  await settle(place);
  using file = new ExportFile(path, {
    starling: "export",
    format: exportFormat,
    version,
    at,
    final: final || (await isClosed(secrets)),
  });
  const tally = new Tally();
  for await (const entry of archive.entries()) {
    if (entry.t === "secret" && staysHere(entry.name)) continue;
    const moved = portable(entry);
    if (moved === null) continue;
    tally.add(moved);
    file.add(moved);
  }
  assertWhole(tally);
  file.finish();
  // In this order: a file that says that its source is closed tells the truth, however we end.
  if (final) await close(secrets);
  file.publish();
  return tally;
}

function assertWhole(tally: Tally): void {
  const [room, ...others] = tally.broken();
  if (room === undefined) return;
  const more = others.length === 0 ? "" : ` and ${others.length} other rooms`;
  throw new CannotMove(`room ${room}${more} lack events below their head: run \`starling doctor\``);
}
